import { StoreError } from "../../stores/store-error.ts";
import type { BlobName } from "../../digest/digest.ts";
import type { Hashers } from "../../digest/hasher.ts";
import { blobVerifier } from "./blob-verifier.ts";
import type { Reservation } from "./block.ts";
import type { BlockTable } from "./block-table.ts";
import { actionVerifier } from "./disk-action-store.ts";
import type { Key } from "./key.ts";
import type { LocatedStore } from "./located-store.ts";
import { Outbox } from "./outbox.ts";
import type { Answer, Line, Message, Place, Question } from "./owner-messages.ts";
import type { VerifierFactory } from "./refresher.ts";

export interface DeskOptions {
  readonly store: LocatedStore;
  readonly table: BlockTable;
  readonly line: Line<Answer, Message>;
  readonly hashers: Hashers;
  /** Hears of leases that no checkpoint has yet. */
  readonly onChange: () => void;
  readonly soon: (act: () => void) => void;
}

/** Where the owner of a store hears what one other thread asks. */
export class EntriesDesk {
  readonly #options: DeskOptions;
  readonly #outbox: Outbox<Answer>;
  /** What the thread is writing, by place. */
  readonly #reservations = new Map<string, Reservation>();
  #isEnded = false;

  constructor(options: DeskOptions) {
    this.#options = options;
    const { line, soon } = options;
    this.#outbox = new Outbox((answers) => line.send(answers), soon);
  }

  /** Hears from now on. */
  begin(): void {
    this.#options.line.listen((messages) => {
      for (const message of messages) this.#hear(message);
    });
  }

  /**
   * The thread is gone, and the process is about to end: no checkpoint may wait for what it was writing. Large entries keep their room,
   * to which a last write of the thread may still be under way.
   */
  end(): void {
    this.#isEnded = true;
    for (const reservation of this.#reservations.values()) this.#abandon(reservation);
    this.#reservations.clear();
  }

  #abandon(reservation: Reservation): void {
    if (!reservation.aligned) this.#options.store.giveBack(reservation);
  }

  #hear(message: Message): void {
    const { store, table, onChange } = this.#options;
    switch (message.kind) {
      case "question":
        void this.#answer(message.id, message.question);
        break;
      case "give-back":
        store.giveBack(this.#take(message.place));
        break;
      case "use":
        for (const { key, name } of message.uses) {
          store.use(key, { verifier: this.#verifierOf(key, name) });
        }
        table.release(message.block);
        break;
      case "leased":
        onChange();
        break;
    }
  }

  /** How the bytes of an entry are checked when it is copied. */
  #verifierOf(key: Key, name: BlobName | undefined): VerifierFactory {
    const { hashers } = this.#options;
    if (name === undefined) return () => actionVerifier(hashers, key);
    return (length) => blobVerifier(hashers, name, length);
  }

  async #answer(id: number, question: Question): Promise<void> {
    try {
      this.#outbox.add({ id, reservation: await this.#do(question) });
    } catch (error) {
      // What is no trouble of the store ends the process.
      if (!(error instanceof StoreError)) throw error;
      this.#outbox.add({ id, error: { code: error.code, message: error.message } });
    }
  }

  async #do(question: Question): Promise<Reservation | undefined> {
    const { store } = this.#options;
    switch (question.kind) {
      case "reserve": {
        const reservation = await store.reserve(question.length, question.aligned);
        if (this.#isEnded) this.#abandon(reservation);
        else this.#reservations.set(nameOf(reservation), reservation);
        return reservation;
      }
      case "commit":
        store.commit(question.key, this.#take(question.place));
        return undefined;
      case "drop":
        store.drop(question.key, question.location);
        return undefined;
    }
  }

  #take(place: Place): Reservation {
    const name = nameOf(place);
    const reservation = this.#reservations.get(name);
    if (reservation === undefined) throw new Error(`nothing is reserved at ${name}`);
    this.#reservations.delete(name);
    return reservation;
  }
}

function nameOf({ block, offset }: Place): string {
  return `${block}:${offset}`;
}
