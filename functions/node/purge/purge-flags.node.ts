import { type FlagValues, UsageError } from "../commands/flags.node.ts";

/** The flags of `hayloft purge` beside that of the token, in the order of the help text. */
export const purgeFlags = [
  {
    name: "instance",
    value: "NAME",
    mayBeEmpty: true,
    fallback: "all instances",
    help: "the instance they are in: main is that one alone, main/** with all beneath it, and '' the one without a name",
  },
  {
    name: "subject",
    value: "SUBJECT",
    fallback: "whoever wrote them",
    help: "who wrote them, as the policy of --access calls it",
  },
  {
    name: "action",
    value: "HASH",
    fallback: "all actions",
    help: "the hash of one action",
  },
  {
    name: "before",
    value: "TIME",
    fallback: "now",
    help: "when they were written: before 2026-11-21 (UTC) or 2026-11-21T08:00:00Z",
  },
  {
    name: "yes",
    fallback: "ask",
    help: "purge every action result of all instances without asking",
  },
  {
    name: "list",
    fallback: "purge",
    help: "show the purges in force, and purge nothing",
  },
  {
    name: "remove",
    value: "ID",
    fallback: "purge",
    help: "end a purge: what it made count as absent, and is still stored, is served again",
  },
] as const;

export type PurgeValues = FlagValues<(typeof purgeFlags)[number]["name"]>;

/** What a run of `hayloft purge` is to do. */
export type Errand =
  | { readonly kind: "list" }
  | { readonly kind: "remove"; readonly id: string }
  | { readonly kind: "purge"; readonly purge: AskedPurge; readonly isSure: boolean };

export interface AskedPurge {
  readonly instances?: string;
  readonly subject?: string;
  readonly actionHash?: string;
  readonly beforeMs?: number;
}

/** Throws `UsageError`. */
export function readErrand(values: PurgeValues): Errand {
  const { instance, subject, action, before, yes, list, remove } = values;
  const purges = [instance, subject, action, before, yes];
  const isPurge = purges.some((value) => value !== undefined);
  if ([list !== undefined, remove !== undefined, isPurge].filter(Boolean).length > 1) {
    throw new UsageError("--list, --remove and what is to be purged are for runs of their own");
  }
  if (list !== undefined) return { kind: "list" };
  if (remove !== undefined) return { kind: "remove", id: remove };
  const purge = {
    ...(instance === undefined ? {} : { instances: instance }),
    ...(subject === undefined ? {} : { subject }),
    ...(action === undefined ? {} : { actionHash: action.toLowerCase() }),
    ...(before === undefined ? {} : { beforeMs: parseTime(before) }),
  };
  return { kind: "purge", purge, isSure: yes !== undefined };
}

/** A time without a zone would be another one on another machine. */
function parseTime(text: string): number {
  const isWhole =
    /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text);
  const ms = isWhole ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return ms;
  throw new UsageError(
    `--before is ${JSON.stringify(text)}: give a date, as 2026-11-21, or a time with its zone, as 2026-11-21T08:00:00Z`,
  );
}
