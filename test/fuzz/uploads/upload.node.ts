import type { Clients } from "../../conformance/check.ts";
import { outcome, type Outcome } from "../../conformance/outcome.ts";
import { FedStream } from "./fed-stream.node.ts";
import { inWords, type UploadIdentity, writeNameOf } from "./known-blobs.node.ts";
import { BrokenRule } from "../broken-rule.node.ts";
import type { Ledger } from "./ledger.node.ts";
import { withPatience } from "../patience.node.ts";
import type { Sessions } from "./sessions.node.ts";
import { type Payload, UploadRules, type WriteMessage } from "./upload-rules.node.ts";

/** What an upload is to be, if nothing goes wrong. */
export interface UploadPlan extends UploadIdentity {
  /** The first `write_offset`. */
  readonly offset: bigint;
  readonly payload: Payload;
}

/** What is known of the server under test. */
export interface Book {
  readonly ledger: Ledger;
  readonly sessions: Sessions;
}

interface Ending {
  readonly outcome: Outcome;
  readonly committedSize: bigint;
}

/** One ByteStream.Write under way, held to the rules when it ends. */
export class Upload {
  readonly plan: UploadPlan;
  readonly rules: UploadRules;
  readonly name: string;
  readonly #book: Book;
  readonly #feed = new FedStream<WriteMessage>();
  readonly #gone = new AbortController();
  readonly #answer: Promise<Ending>;
  #ending: Ending | undefined;
  #isEnded = false;
  #isOvertaken = false;
  /** Whether the blob was there when the upload began. */
  #mustHold = false;
  /** Whether anybody else had brought the blob before the last message that counts. */
  #mayHold = false;

  constructor({ byteStream }: Clients, plan: UploadPlan, book: Book) {
    this.plan = plan;
    this.name = writeNameOf(plan);
    this.#book = book;
    this.rules = new UploadRules(plan, () => book.sessions.earlier(this.name));
    this.#answer = this.#ended(byteStream.write(this.#feed, { signal: this.#gone.signal }));
  }

  /** Whether it has ended, one way or the other. */
  get isOver(): boolean {
    return this.#ending !== undefined || this.isCanceled;
  }

  get isCanceled(): boolean {
    return this.#gone.signal.aborted;
  }

  get hasBegun(): boolean {
    return this.rules.verdict !== "nothing";
  }

  /** How many bytes are left to be sent, if all goes well. */
  get left(): Uint8Array {
    return this.plan.payload.bytes.subarray(this.rules.received.byteLength);
  }

  send(message: WriteMessage): void {
    if (this.isOver) return;
    const { ledger, sessions } = this.#book;
    const { place } = this.plan;
    if (!this.hasBegun) this.#mustHold = ledger.mustHold(place);
    this.rules.take(message);
    const { verdict, isLate, kept, firstOffset } = this.rules;
    if (!isLate) this.#mayHold = ledger.mayHold(place);
    if (verdict === "right" || verdict === "doubtful") ledger.offer(place);
    if (this.#isOvertaken) sessions.confused(this.name);
    else if (!isLate && verdict !== "wrong") sessions.brought(this.name, kept, firstOffset);
    this.#feed.push(message);
  }

  /** Half-closes the stream. */
  end(): void {
    this.#isEnded = true;
    this.#feed.end();
  }

  /** Goes away. */
  cancel(): void {
    this.#gone.abort();
    this.#feed.end();
  }

  /** Another stream has the same name: either may go on with the upload, and not both. */
  overtake(): void {
    this.#isOvertaken = true;
  }

  /** Resolves when the server has taken what was sent, or has answered. Throws where it should have answered, and has not. */
  async settle(): Promise<void> {
    await withPatience(inWords(this.plan.place), Promise.race([this.#feed.idle(), this.#answer]));
    const { verdict, isLate } = this.rules;
    const isDone = this.#isEnded || isLate || verdict === "wrong";
    if (isDone && !this.isOver) await this.expectAnswer();
  }

  async expectAnswer(): Promise<void> {
    await withPatience(`the upload of ${inWords(this.plan.place)}`, this.#answer);
  }

  /** Throws where the upload has ended otherwise than it should. */
  check(): void {
    if (this.#ending === undefined || this.isCanceled) return;
    const fault = this.#faultIn(this.#ending);
    if (fault === undefined) return;
    const { verdict, isLate } = this.rules;
    const sent = `${isLate ? "late " : ""}${verdict}${this.#isEnded ? ", ended" : ""}`;
    throw new BrokenRule(`the upload of ${inWords(this.plan.place)} (${sent}) ended with ${fault}`);
  }

  #faultIn({ outcome: found, committedSize }: Ending): string | undefined {
    if (found === "OK") {
      return this.#accepted(committedSize) ? undefined : `a committed size of ${committedSize}`;
    }
    const mayBe =
      (found === "InvalidArgument" && this.#mayBeRefused()) ||
      (found === "Aborted" && this.#isOvertaken);
    return mayBe ? undefined : found;
  }

  #accepted(committedSize: bigint): boolean {
    const { ledger, sessions } = this.#book;
    const { place, compressor } = this.plan;
    const { sizeBytes } = place.blob.digest;
    const { verdict, nextOffset, isLate } = this.rules;
    const isWhole = verdict === "right" || verdict === "doubtful";
    if (isLate && !this.#mayHold) return false;
    const early = compressor === "identity" ? sizeBytes : -1n;
    const isStored = committedSize === early || (isWhole && committedSize === nextOffset);
    if (isStored && ledger.mayHold(place)) {
      ledger.keep(place);
      return true;
    }
    if (!this.#isEnded || verdict !== "part") return false;
    sessions.told(this.name, committedSize, sizeBytes);
    return true;
  }

  #mayBeRefused(): boolean {
    this.#book.sessions.failed(this.name);
    const { verdict, isLate, isQuestionable } = this.rules;
    if (verdict === "nothing") return this.#isEnded;
    if (this.#mustHold) return false;
    if (isLate || verdict === "wrong" || verdict === "doubtful") return true;
    return verdict === "part" && isQuestionable;
  }

  async #ended(writing: Promise<{ committedSize: bigint }>): Promise<Ending> {
    const found = await outcome(writing);
    const committedSize = found === "OK" ? (await writing).committedSize : 0n;
    this.#ending = { outcome: found, committedSize };
    return this.#ending;
  }
}
