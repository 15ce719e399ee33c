import type { Compressor } from "../../../shared/digest/resource-name.ts";
import { concat, MIB } from "../../support/bytes.ts";
import type { KnownBlob, UploadIdentity } from "./known-blobs.node.ts";
import { plainOf, shapeOf } from "./zstd-frames.node.ts";

/** One message of an upload. */
export interface WriteMessage {
  readonly resourceName: string;
  readonly writeOffset: bigint;
  readonly finishWrite: boolean;
  readonly data: Uint8Array;
}

/**
 * What an upload's messages come to: nothing yet; a part; a whole that has to be taken, or must not be, or of which servers may think
 * the one or the other.
 */
export type Verdict = "nothing" | "part" | "right" | "wrong" | "doubtful";

/** What earlier streams of the same name have brought. */
export interface Earlier {
  /** All that can have been kept, from the blob's first byte on; `undefined` where nobody can tell. */
  readonly bytes: Uint8Array | undefined;
  /** Where the server has said that the upload goes on; `undefined` where it has not, or that may be over. */
  readonly toldBytes: number | undefined;
}

/** What a client means to send, unless it makes a mistake. */
export interface Payload {
  readonly bytes: Uint8Array;
  /** What they decode to; `undefined` where servers may find fault with them before their end. */
  readonly plain: Uint8Array | undefined;
}

export const nothingEarlier: Earlier = { bytes: new Uint8Array(), toldBytes: undefined };

/** Decoders need not take frames that ask for more memory than this. */
const MAX_WINDOW_BYTES = 8 * MIB;

export interface RulesSubject extends UploadIdentity {
  readonly payload: Payload;
}

/** What the API says of the messages of one Write, as they come. It knows no server. */
export class UploadRules {
  readonly #blob: KnownBlob;
  readonly #compressor: Compressor;
  readonly #payload: Payload;
  readonly #lookUp: () => Earlier;
  #earlier: Earlier = nothingEarlier;
  #first: WriteMessage | undefined;
  #received: Uint8Array = new Uint8Array();
  #startIsDoubtful = false;
  #verdict: Verdict = "nothing";
  #isLate = false;

  /** `lookUp` is asked at the first message. */
  constructor({ place, compressor, payload }: RulesSubject, lookUp: () => Earlier) {
    this.#blob = place.blob;
    this.#compressor = compressor;
    this.#payload = payload;
    this.#lookUp = lookUp;
  }

  get verdict(): Verdict {
    return this.#verdict;
  }

  /** Whether a message came after the last one. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** Whether a server may find fault with what came so far, though it is not all. */
  get isQuestionable(): boolean {
    return this.#startIsDoubtful || this.#brought() === undefined;
  }

  /** All data that counts, as it came. */
  get received(): Uint8Array {
    return this.#received;
  }

  get firstOffset(): bigint {
    return this.#first?.writeOffset ?? 0n;
  }

  /** The offset that the next message should have. */
  get nextOffset(): bigint {
    return this.firstOffset + BigInt(this.#received.byteLength);
  }

  /** All that a server can keep of the blob by now; `undefined` where nobody can tell. */
  get kept(): Uint8Array | undefined {
    const [before, brought] = [this.#before(), this.#brought()];
    if (before === undefined || brought === undefined || this.#startIsDoubtful) return undefined;
    return concat([before, brought]);
  }

  take(message: WriteMessage): void {
    if (this.#verdict === "wrong") return;
    if (this.#verdict === "right" || this.#verdict === "doubtful") this.#isLate = true;
    else this.#verdict = this.#judge(message);
  }

  #judge(message: WriteMessage): Verdict {
    if (this.#first === undefined) {
      this.#first = message;
      this.#earlier = this.#lookUp();
      const start = this.#judgeStart(message.writeOffset);
      if (start === "wrong") return start;
      this.#startIsDoubtful = start === "doubtful";
    } else if (!this.#isNext(message, this.#first)) {
      return "wrong";
    }
    this.#received = concat([this.#received, message.data]);
    if (message.finishWrite) return this.#judgeWhole();
    const isTooMuch =
      this.#compressor === "identity" && this.nextOffset > this.#blob.digest.sizeBytes;
    return isTooMuch ? "wrong" : "part";
  }

  /** An upload begins at 0, or where the server has said that it goes on; it may have come further since. */
  #judgeStart(offset: bigint): "right" | "wrong" | "doubtful" {
    const { bytes, toldBytes } = this.#earlier;
    if (offset === 0n || offset === BigInt(toldBytes ?? 0)) return "right";
    const most = bytes?.byteLength ?? this.#blob.data.byteLength;
    return offset >= BigInt(toldBytes ?? 0) && offset <= BigInt(most) ? "doubtful" : "wrong";
  }

  #isNext(message: WriteMessage, first: WriteMessage): boolean {
    const { resourceName, writeOffset } = message;
    const isSameName = resourceName === "" || resourceName === first.resourceName;
    return isSameName && writeOffset === this.nextOffset;
  }

  #judgeWhole(): Verdict {
    const plain =
      this.#compressor === "identity"
        ? this.#received
        : plainOf(this.#received, this.#blob.data.byteLength);
    if (plain === undefined) return "wrong";
    const before = this.#before();
    if (before === undefined) return "doubtful";
    // Bytes that came twice may be taken from the earlier stream as well.
    const earlier = this.firstOffset === 0n ? before : (this.#earlier.bytes ?? before);
    const overlap = earlier.byteLength - before.byteLength;
    const wholes = [concat([before, plain]), concat([earlier, plain.subarray(overlap)])];
    const rightOnes = wholes.filter((whole) => Buffer.compare(whole, this.#blob.data) === 0);
    if (rightOnes.length === 0) return "wrong";
    return rightOnes.length < wholes.length || this.#startIsDoubtful || this.#isDemanding()
      ? "doubtful"
      : "right";
  }

  /** The most that this stream can have brought by now; `undefined` where nobody can tell, because what was sent was not as planned. */
  #brought(): Uint8Array | undefined {
    if (this.#compressor === "identity") return this.#received;
    const { bytes, plain } = this.#payload;
    const begin = bytes.subarray(0, this.#received.byteLength);
    return Buffer.compare(begin, this.#received) === 0 ? plain : undefined;
  }

  /** What comes before this stream; `undefined` where nobody can tell. */
  #before(): Uint8Array | undefined {
    return this.firstOffset === 0n
      ? new Uint8Array()
      : this.#earlier.bytes?.subarray(0, Number(this.firstOffset));
  }

  #isDemanding(): boolean {
    return (
      this.#compressor !== "identity" && shapeOf(this.#received).windowBytes > MAX_WINDOW_BYTES
    );
  }
}
