import en from "zod/v4/locales/en.js";
import * as z from "zod/mini";
import { mistakeInPattern } from "./claim-pattern.ts";
import { mistakeInGlob, parseGlob } from "../../shared/digest/instance-glob.ts";
import { isTokenHash } from "./token-hashes.ts";
import { algorithmNames, type Policy, presetNames, rightNames } from "./policy.ts";

/** What is wrong with an access policy, a line for each mistake. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join("\n"));
    this.mistakes = mistakes;
  }
}

/** A policy from its JSON. Throws `PolicyError`, which names the place of each mistake and never quotes a token's hash. */
export function parsePolicy(json: string): Policy {
  let value: unknown;
  try {
    value = JSON.parse(json, refuseProto);
  } catch (error) {
    if (error instanceof PolicyError) throw error;
    throw new PolicyError(["it is no JSON"]);
  }
  const parsed = policySchema.safeParse(value, { error: localeError });
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  throw new PolicyError(issues.map(({ path, message }) => `${placeOf(path)}: ${message}`));
}

/** The policy in a deployment's variable, which may be empty. Throws an error that names the variable, and the place of each mistake. */
export function policyIn(name: string, text: string | undefined): Policy {
  if (text === undefined || text === "") return {};
  try {
    return parsePolicy(text);
  } catch (cause) {
    throw new Error(`${name} is no access policy:\n${String(cause)}`, { cause });
  }
}

/** The schema would pass it by, and with it a condition. */
function refuseProto(key: string, value: unknown): unknown {
  if (key === "__proto__") throw new PolicyError(["__proto__ is no name here"]);
  return value;
}

function placeOf(path: readonly PropertyKey[]): string {
  const place = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`));
  return place.join("").replace(/^\./, "") || "the policy";
}

/** Without a language, every mistake is "Invalid input". */
const { localeError } = en();

const text = z.string().check(z.minLength(1));

/** Checked by a function that says what is wrong. */
function checked(mistakeIn: (value: string) => string | undefined, message: string) {
  return text.check(z.refine((value) => mistakeIn(value) === undefined, message));
}

const grants = z.array(
  z.strictObject({
    // Without a name is an instance like any other.
    instance: z
      .string()
      .check(
        z.refine(
          (glob) => mistakeInGlob(glob) === undefined,
          "is no instance name, nor one with /** behind it, nor **",
        ),
      ),
    rights: z.array(z.enum(rightNames)).check(z.minLength(1)),
  }),
);

const amount = z.exactOptional(z.number().check(z.positive()));

const granting = {
  grants,
  allowance: z.exactOptional(
    z.strictObject({
      requestsPerSecond: amount,
      uploadBytesPerSecond: amount,
      maxBlobBytes: amount,
    }),
  ),
};

const sha256 = z
  .string()
  .check(z.refine(isTokenHash, "is no SHA-256 of a token: 64 lower-case hexadecimal digits"));

const pattern = checked(mistakeInPattern, "is no pattern: each {name} comes once");

const rules = z
  .array(
    z.strictObject({
      when: z.record(z.string(), oneOrMore(pattern)),
      subject: z.exactOptional(text),
      ...granting,
    }),
  )
  .check(z.minLength(1));

/** What is part of a URL comes into logs. */
const url = z
  .url()
  .check(z.refine((address) => !/^[^/]*\/\/[^/?#]*@/.test(address), "may hold no password"));

const jwks = z.union(
  [
    z.strictObject({ url }),
    z.strictObject({ file: text }),
    z.strictObject({ keys: z.array(z.looseObject({ kty: text })).check(z.minLength(1)) }),
  ],
  'give one of {"url"} without a password, {"file"} and {"keys": [...]}',
);

const issuer = z.strictObject({
  preset: z.exactOptional(z.enum(presetNames)),
  issuer: z.exactOptional(url),
  audience: oneOrMore(text),
  jwks: z.exactOptional(jwks),
  algorithms: z.exactOptional(z.array(z.enum(algorithmNames)).check(z.minLength(1))),
  rules,
});

export const policySchema: z.ZodMiniType<Policy> = z.strictObject({
  tokens: z.exactOptional(
    z.array(
      z.strictObject({
        subject: text,
        sha256: oneOrMore(sha256),
        expires: z.exactOptional(z.iso.datetime({ offset: true })),
        ...granting,
      }),
    ),
  ),
  jwt: z.exactOptional(z.array(issuer)),
  certificates: z.exactOptional(rules),
  localSocket: z.exactOptional(z.strictObject(granting)),
  anonymous: z.exactOptional(z.strictObject(granting)),
  sharedBlobs: z.exactOptional(z.array(checked(mistakeInName, "is no instance name"))),
});

function mistakeInName(name: string): string | undefined {
  try {
    const { isDeep } = parseGlob(name);
    return isDeep ? "is no name" : undefined;
  } catch (error) {
    return String(error);
  }
}

function oneOrMore<Item extends z.ZodMiniType>(item: Item) {
  return z.union([item, z.array(item).check(z.minLength(1))]);
}
