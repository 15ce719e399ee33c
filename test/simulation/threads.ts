import type { BlockDevice } from "../../shared/adapters/disk/block-device.ts";
import { EntriesDesk } from "../../shared/adapters/disk/entries-desk.ts";
import type { OpenStore } from "../../shared/adapters/disk/open-located-store.ts";
import type { Answer, Message } from "../../shared/adapters/disk/owner-messages.ts";
import { SharedEntries } from "../../shared/adapters/disk/shared-entries.ts";
import type { Clock } from "../../shared/clock.ts";
import type { Hashers } from "../../shared/digest/hasher.ts";
import type { Machine } from "./faults.ts";
import type { Step } from "./interleaving.ts";
import { MemoryLine } from "./memory-line.ts";
import { steppedMemory } from "./stepped-words.ts";

/** What other threads do before a step of `thread`; 0 is the owner. */
export type InterleaveAt = (thread: number, step: Step) => void;

export interface ThreadOptions {
  readonly open: OpenStore;
  readonly thread: number;
  readonly device: BlockDevice;
  readonly machine: Machine;
  readonly clock: Clock;
  readonly hashers: Hashers;
  readonly interleave: InterleaveAt;
}

/** A thread that shares a store, and the owner's end of its line. */
export function shareWithThread(options: ThreadOptions): SharedEntries {
  const { open, thread, device, machine, clock, hashers, interleave } = options;
  const { boot } = machine;
  const { planted } = machine.faults;
  const [line, ownersLine] = MemoryLine.between<Message, Answer>(machine, (message) =>
    planted === "uses of old blocks are not told" && message.kind === "use"
      ? { ...message, uses: [] }
      : message,
  );
  const soon = (act: () => void): void => void machine.step(boot).then(act);
  const desk = new EntriesDesk({
    store: open.store,
    table: open.table,
    line: ownersLine,
    hashers,
    onChange: () => undefined,
    soon,
  });
  desk.begin();
  return new SharedEntries({
    memory: open.memory,
    device,
    line,
    now: () => clock.now(),
    soon,
    ...steppedMemory((step) => interleave(thread, step), planted),
  });
}
