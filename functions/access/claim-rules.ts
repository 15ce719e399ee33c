import { RequestError } from "../../shared/request-error.ts";
import type { InstanceName } from "../../shared/digest/instance-name.ts";
import type { Principal } from "../../shared/stores/call.ts";
import type { Claims } from "./caller.ts";
import { type Captures, ClaimPattern } from "./claim-pattern.ts";
import { type Grant, GrantedPrincipal, grantOf } from "./grants.ts";
import type { GrantSetting, RuleSetting } from "./policy.ts";

/** Longer claims are no names of anything. */
const MAX_CLAIM_LENGTH = 1024;

/** Turns claims into what their holder may do: the first rule counts whose patterns all fit. */
export class ClaimRules {
  readonly #rules: readonly Rule[];
  readonly #sharing: readonly InstanceName[];

  constructor(rules: readonly RuleSetting[], sharing: readonly InstanceName[]) {
    this.#rules = rules.map((setting) => new Rule(setting));
    this.#sharing = sharing;
  }

  /** Throws PERMISSION_DENIED where no rule fits. `subject` is its name unless the rule gives one. */
  principalOf(claims: Claims, subject: string): Principal {
    for (const rule of this.#rules) {
      const captures = rule.fit(claims);
      if (captures !== undefined) return rule.principal(claims, captures, subject, this.#sharing);
    }
    throw new RequestError(
      "permission-denied",
      `${subject} is known, but no rule of this cache says what it may do; its operator can add one`,
    );
  }
}

class Rule {
  readonly #setting: RuleSetting;
  readonly #patterns: readonly (readonly [claim: string, patterns: readonly ClaimPattern[]])[];

  constructor(setting: RuleSetting) {
    this.#setting = setting;
    this.#patterns = Object.entries(setting.when).map(([claim, patterns]) => [
      claim,
      [patterns].flat().map((pattern) => new ClaimPattern(pattern)),
    ]);
  }

  /** What the patterns took, if they all fit. */
  fit(claims: Claims): Captures | undefined {
    const captures: Record<string, string> = {};
    for (const [claim, patterns] of this.#patterns) {
      const taken = firstMatch(valuesOf(claims[claim]), patterns);
      if (taken === undefined) return undefined;
      Object.assign(captures, taken);
    }
    return captures;
  }

  principal(
    claims: Claims,
    captures: Captures,
    fallback: string,
    sharing: readonly InstanceName[],
  ): Principal {
    const { subject, grants, allowance } = this.#setting;
    const fill = (template: string): string | undefined => filled(template, claims, captures);
    const name = subject === undefined ? fallback : (fill(subject) ?? fallback);
    const granted = grants.flatMap((grant) => filledGrant(grant, fill) ?? []);
    return new GrantedPrincipal(name, granted, sharing, allowance);
  }
}

/** A grant for what is no instance name, or whose claim is missing, is none. */
function filledGrant(
  { instance, rights }: GrantSetting,
  fill: (template: string) => string | undefined,
): Grant | undefined {
  const name = fill(instance);
  try {
    return name === undefined ? undefined : grantOf({ instance: name, rights });
  } catch {
    return undefined;
  }
}

/** A template with captures and claims in it; `undefined` where one is not there, or would be a pattern itself. */
function filled(template: string, claims: Claims, captures: Captures): string | undefined {
  const valueOf = (name: string): string => {
    const [value = ""] = Object.hasOwn(captures, name) ? [captures[name]] : valuesOf(claims[name]);
    return value.includes("*") ? "" : value;
  };
  const names = [...template.matchAll(/\{(?<name>\w+)\}/g)].map(({ groups }) => groups?.["name"]);
  if (names.some((name) => valueOf(name ?? "") === "")) return undefined;
  return template.replaceAll(/\{(?<name>\w+)\}/g, (_, name: string) => valueOf(name));
}

/** A claim as texts: one, or those of a list. Objects are none. */
function valuesOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return (
    values
      .filter(
        (one) => typeof one === "string" || typeof one === "number" || typeof one === "boolean",
      )
      .map(String)
      // Control characters are no part of a name, and would be a line of their own in a log.
      .filter((text) => text.length <= MAX_CLAIM_LENGTH && !/\p{Cc}/u.test(text))
  );
}

function firstMatch(
  values: readonly string[],
  patterns: readonly ClaimPattern[],
): Captures | undefined {
  for (const value of values) {
    for (const pattern of patterns) {
      const captures = pattern.match(value);
      if (captures !== undefined) return captures;
    }
  }
  return undefined;
}
