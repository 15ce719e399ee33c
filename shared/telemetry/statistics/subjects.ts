import { type InstanceName, parseInstanceName } from "../../digest/instance-name.ts";
import { limits } from "../../limits.ts";
import { type ActionCounts, type Counts, noCounts } from "./counts.ts";
import { addRequest, looksActionUp, type SeenRequest } from "./seen-request.ts";
import { isAskedFor, type StatisticsQuery, type StatisticsRow } from "./statistics-row.ts";

/** What stands for mnemonics beyond those that there is room for. */
const OTHERS = "";

/** So much of them goes when there are too many: to look for those that have not been seen for longest takes a while. */
const PART_FORGOTTEN = 0.1;

interface Subject {
  readonly instanceName: InstanceName;
  readonly value: string;
  readonly counts: Counts;
  /** Only of invocations. */
  readonly mnemonics: Map<string, ActionCounts> | undefined;
}

/** What is counted of the subjects of one kind, apart for each instance. Those that have not been seen for longest are forgotten. */
export class Subjects {
  readonly #withMnemonics: boolean;
  readonly #subjects = new Map<string, Subject>();
  /** That of the last request, whose next one often follows: to compare two names is quicker than to find one. */
  #last: Subject | undefined;

  constructor(withMnemonics: boolean) {
    this.#withMnemonics = withMnemonics;
  }

  count(value: string, seen: SeenRequest, nowMs: number): void {
    const subject =
      this.#lastIf(seen.instanceName, value, nowMs) ?? this.#at(seen.instanceName, value, nowMs);
    this.#last = subject;
    addRequest(subject.counts, seen, nowMs);
    const { mnemonics } = subject;
    if (mnemonics === undefined || seen.mnemonic === undefined || !looksActionUp(seen)) return;
    countMnemonic(mnemonics, seen.mnemonic, seen);
  }

  read(query: StatisticsQuery, nowMs: number): readonly StatisticsRow[] {
    const rows: StatisticsRow[] = [];
    for (const { instanceName, value, counts, mnemonics } of this.#subjects.values()) {
      if (isOld(counts, nowMs) || !isAskedFor({ instanceName, value }, query)) continue;
      const told = query.value === undefined ? undefined : mnemonics;
      rows.push({ instanceName, value, counts, mnemonics: told ?? new Map() });
    }
    return rows;
  }

  #lastIf(instanceName: InstanceName, value: string, nowMs: number): Subject | undefined {
    const last = this.#last;
    const isIt = last?.value === value && last.instanceName === instanceName;
    return isIt && !isOld(last.counts, nowMs) ? last : undefined;
  }

  #at(instanceName: InstanceName, value: string, nowMs: number): Subject {
    // With the length, no two subjects have one key, whatever is in their names.
    const key = `${value.length} ${value}${instanceName}`;
    const known = this.#subjects.get(key);
    if (known !== undefined && !isOld(known.counts, nowMs)) return known;
    if (known === undefined) this.#makeRoom(nowMs);
    const mnemonics = this.#withMnemonics ? new Map<string, ActionCounts>() : undefined;
    // Parts of the key, for what was given may itself be a part of something large, which would so stay in memory.
    const end = key.length - instanceName.length;
    const subject = {
      instanceName: parseInstanceName(key.slice(end)),
      value: key.slice(end - value.length, end),
      counts: noCounts(nowMs),
      mnemonics,
    };
    this.#subjects.set(key, subject);
    return subject;
  }

  #makeRoom(nowMs: number): void {
    const most = limits.statisticsSubjects;
    if (this.#subjects.size < most) return;
    const inOrder = [...this.#subjects].toSorted(
      ([, one], [, other]) => one.counts.lastSeenMs - other.counts.lastSeenMs,
    );
    for (const [index, [key, { counts }]] of inOrder.entries()) {
      if (index >= most * PART_FORGOTTEN && !isOld(counts, nowMs)) return;
      this.#subjects.delete(key);
    }
  }
}

function isOld({ lastSeenMs }: Counts, nowMs: number): boolean {
  return nowMs - lastSeenMs > limits.statisticsAgeMs;
}

function countMnemonic(
  mnemonics: Map<string, ActionCounts>,
  asked: string,
  { lookup }: SeenRequest,
): void {
  const hasRoom = mnemonics.has(asked) || mnemonics.size < limits.statisticsMnemonics;
  const mnemonic = hasRoom ? asked : OTHERS;
  let counts = mnemonics.get(mnemonic);
  if (counts === undefined) {
    counts = { actionHits: 0, actionMisses: 0 };
    mnemonics.set(mnemonic, counts);
  }
  counts.actionHits += lookup?.hits ?? 0;
  counts.actionMisses += lookup?.misses ?? 0;
}
