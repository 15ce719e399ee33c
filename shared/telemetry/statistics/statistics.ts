import type { Clock } from "../../clock.ts";
import type { SeenRequest } from "./seen-request.ts";
import type { HeaderKind, StatisticsQuery, StatisticsRow, SubjectKind } from "./statistics-row.ts";
import { Subjects } from "./subjects.ts";

interface KindOfSubject {
  readonly subjects: Subjects;
  /** Which of them a request is of. */
  readonly valueIn: (seen: SeenRequest) => string | undefined;
}

/** What one thread has seen of every subject, in a memory that is bounded. */
export class Statistics {
  readonly #clock: Clock;
  readonly #kinds: ReadonlyMap<SubjectKind, KindOfSubject>;
  /** The same, quick to go through for each request. */
  readonly #all: readonly KindOfSubject[];

  /** `headers` are those whose values are counted, in lower case. */
  constructor(clock: Clock, headers: readonly string[]) {
    this.#clock = clock;
    this.#kinds = new Map<SubjectKind, KindOfSubject>([
      ["instance", ofKind(() => "")],
      [
        "invocation",
        { ...ofKind(({ invocationId }) => invocationId), subjects: new Subjects(true) },
      ],
      ["principal", ofKind(({ principal }) => principal)],
      ["mnemonic", ofKind(({ mnemonic }) => mnemonic)],
      ["target", ofKind(({ target }) => target)],
      ["tool", ofKind(({ tool }) => tool)],
      ...headers.map((name) => [headerKind(name), ofKind(({ header }) => header(name))] as const),
    ]);
    this.#all = [...this.#kinds.values()];
  }

  count(seen: SeenRequest): void {
    const nowMs = this.#clock.now();
    for (const { subjects, valueIn } of this.#all) {
      const value = valueIn(seen);
      if (value !== undefined) subjects.count(value, seen, nowMs);
    }
  }

  /** What is known of the subjects that are meant; of a header that nobody counts nothing is. */
  read(query: StatisticsQuery): readonly StatisticsRow[] {
    return this.#kinds.get(query.kind)?.subjects.read(query, this.#clock.now()) ?? [];
  }
}

export function headerKind(name: string): HeaderKind {
  return `header:${name.toLowerCase()}`;
}

function ofKind(valueIn: KindOfSubject["valueIn"]): KindOfSubject {
  return { subjects: new Subjects(false), valueIn };
}
