import type { Clock } from "../clock.ts";
import { limits } from "../limits.ts";
import { pause } from "../pause.ts";
import { invalidArgument, quote, RequestError } from "../request-error.ts";
import type { ActionEntry, ActionName, ActionStore } from "../stores/action-store.ts";
import type { Call, Principal } from "../stores/call.ts";
import { keptSubject } from "../stores/provenance.ts";
import type { PurgeList } from "../stores/purge-list.ts";
import { includesCondition, type PurgeCondition, type PurgeRule } from "../stores/purge-rule.ts";
import { encodeRule } from "../stores/purge-rule-message.ts";
import type { PurgeStore } from "../stores/purge-store.ts";

/** What is to be purged. */
export interface PurgeWish extends Omit<PurgeCondition, "beforeMs"> {
  /** What is written until the purge holds everywhere, if left out. */
  readonly beforeMs?: number;
}

/** A purge that holds everywhere. */
export interface MadePurge {
  readonly rule: PurgeRule;
  /** How many others have ended, because this one includes them. */
  readonly replaced: number;
}

/** An action result as it is stored, purged or not. */
export interface DescribedAction {
  readonly entry: ActionEntry;
  readonly purgedBy: PurgeRule | undefined;
}

export interface PurgeServiceOptions {
  readonly store: PurgeStore;
  /** What look-ups hold entries against. */
  readonly list: PurgeList;
  /** With what is purged in it. */
  readonly actions: ActionStore;
  readonly clock: Clock;
  readonly pause?: typeof pause;
}

const REMEDY =
  "end some (hayloft purge --remove ID), or purge what includes many of them, as everything before a time does";

/** Makes purges, ends them, and tells of them. A purge is a rule that look-ups obey: nothing is searched, and nothing deleted. */
export class PurgeService {
  readonly #store: PurgeStore;
  readonly #list: PurgeList;
  readonly #actions: ActionStore;
  readonly #clock: Clock;
  readonly #pause: typeof pause;

  constructor(options: PurgeServiceOptions) {
    this.#store = options.store;
    this.#list = options.list;
    this.#actions = options.actions;
    this.#clock = options.clock;
    this.#pause = options.pause ?? pause;
  }

  /** Resolves once nobody serves what is purged. Throws INVALID_ARGUMENT, and FAILED_PRECONDITION where there are too many. */
  async purge(wish: PurgeWish, by: Principal, signal: AbortSignal): Promise<MadePurge> {
    const others = await this.#store.list(signal);
    const rule = this.#ruleOf(wish, by);
    const replaced = others.filter((other) => includesCondition(rule, other));
    checkRoom([rule, ...others.filter((other) => !replaced.includes(other))]);
    await this.#store.add(rule, signal);
    for (const { id } of replaced) await this.#store.remove(id, signal);
    await this.#spread(signal);
    return { rule, replaced: replaced.length };
  }

  /** Those in force, in the order in which they were made. */
  async rules(signal: AbortSignal): Promise<readonly PurgeRule[]> {
    const rules = await this.#store.list(signal);
    return rules.toSorted((one, other) => one.madeMs - other.madeMs);
  }

  /** A purge in force. Throws NOT_FOUND. */
  async find(id: string, signal: AbortSignal): Promise<PurgeRule> {
    const rule = (await this.#store.list(signal)).find((each) => each.id === id);
    if (rule !== undefined) return rule;
    throw new RequestError(
      "not-found",
      `there is no purge ${quote(id)}; --list shows those there are`,
    );
  }

  /** Resolves once everybody serves again what it kept from builds. */
  async remove({ id }: PurgeRule, signal: AbortSignal): Promise<void> {
    await this.#store.remove(id, signal);
    await this.#spread(signal);
  }

  /** What is stored of an action in the call's instance; `undefined` where nothing is. */
  async describe(name: ActionName, call: Call): Promise<DescribedAction | undefined> {
    const [entry, rules] = await Promise.all([this.#actions.get(name, call), this.#list.refresh()]);
    return entry && { entry, purgedBy: rules.find(entry, name, call.instanceName) };
  }

  #ruleOf({ beforeMs, ...wish }: PurgeWish, { subject }: Principal): PurgeRule {
    const nowMs = this.#clock.now();
    if (beforeMs !== undefined && beforeMs > nowMs) {
      const times = [beforeMs, nowMs].map((ms) => new Date(ms).toISOString());
      throw invalidArgument("before", `${times[0]} is in the future; here it is ${times[1]}`);
    }
    return {
      ...wish,
      ...(wish.subject === undefined ? {} : { subject: keptSubject(wish.subject) }),
      id: crypto.randomUUID().slice(0, 8),
      madeMs: nowMs,
      madeBy: keptSubject(subject),
      beforeMs: beforeMs ?? this.#untilAnswered(nowMs),
    };
  }

  /** When a purge that begins now is answered. So much may other clocks be ahead, and what they dated is purged all the same. */
  #untilAnswered(nowMs: number): number {
    return this.#store.isShared ? nowMs + limits.purgeListAgeMs : nowMs + 1;
  }

  /** Waits until everybody has the list as it is now. */
  async #spread(signal: AbortSignal): Promise<void> {
    await this.#list.refresh();
    if (this.#store.isShared) await this.#pause(limits.purgeListAgeMs, signal);
  }
}

function checkRoom(rules: readonly PurgeRule[]): void {
  const { purgeRules, purgeListBytes } = limits;
  if (rules.length > purgeRules) {
    throw new RequestError(
      "failed-precondition",
      `there are ${purgeRules} purges, as many as there may be: ${REMEDY}`,
    );
  }
  const bytes = rules.reduce((sum, rule) => sum + encodedBytes(rule), 0);
  if (bytes <= purgeListBytes) return;
  throw new RequestError(
    "failed-precondition",
    `the purges would take ${bytes} bytes, more than ${purgeListBytes}: ${REMEDY}`,
  );
}

function encodedBytes(rule: PurgeRule): number {
  return new TextEncoder().encode(encodeRule(rule)).byteLength;
}
