import { covers, type InstanceGlob } from "../../digest/instance-glob.ts";
import type { InstanceName } from "../../digest/instance-name.ts";
import { type ActionCounts, type Counts, sumOf } from "./counts.ts";

/** What requests have in common that are counted together. */
export type SubjectKind =
  | "instance"
  | "invocation"
  | "principal"
  | "mnemonic"
  | "target"
  | "tool"
  | HeaderKind;

/** The values of one header, its name in lower case. */
export type HeaderKind = `header:${string}`;

/** What somebody wants to know. */
export interface StatisticsQuery {
  readonly kind: SubjectKind;
  readonly instances: InstanceGlob;
  /** The one subject that is meant, with its mnemonics; all of them if left out, without. */
  readonly value?: string;
}

/** What is known of one subject in one instance: plain data, so that threads can tell each other. */
export interface StatisticsRow {
  readonly instanceName: InstanceName;
  /** Its id, name or value; empty for the instance itself. */
  readonly value: string;
  readonly counts: Readonly<Counts>;
  readonly mnemonics: ReadonlyMap<string, ActionCounts>;
}

/** Answers from what all threads have counted. */
export type ReadStatistics = (query: StatisticsQuery) => Promise<readonly StatisticsRow[]>;

export function isAskedFor(
  { instanceName, value }: Pick<StatisticsRow, "instanceName" | "value">,
  query: StatisticsQuery,
): boolean {
  return (query.value ?? value) === value && covers(query.instances, instanceName);
}

/** Rows of several threads, with one for each subject and instance. */
export function mergeRows(rows: readonly StatisticsRow[]): readonly StatisticsRow[] {
  const groups = Map.groupBy(rows, ({ instanceName, value }) =>
    JSON.stringify([instanceName, value]),
  );
  return [...groups.values()].flatMap((group) => sumRows(group) ?? []);
}

/** All rows as one, which is called as the first of them; `undefined` where there is none. */
export function sumRows(rows: readonly StatisticsRow[]): StatisticsRow | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  const counts = rows.map((row) => row.counts).reduce(sumOf);
  return { ...first, counts, mnemonics: sumMnemonics(rows.map(({ mnemonics }) => mnemonics)) };
}

function sumMnemonics(all: readonly StatisticsRow["mnemonics"][]): StatisticsRow["mnemonics"] {
  const sums = new Map<string, ActionCounts>();
  for (const [mnemonic, { actionHits, actionMisses }] of all.flatMap((each) => [...each])) {
    const known = sums.get(mnemonic);
    sums.set(mnemonic, {
      actionHits: actionHits + (known?.actionHits ?? 0),
      actionMisses: actionMisses + (known?.actionMisses ?? 0),
    });
  }
  return sums;
}
