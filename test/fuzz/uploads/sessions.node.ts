import { BrokenRule } from "../broken-rule.node.ts";
import { type Earlier, nothingEarlier } from "./upload-rules.node.ts";

/** What is known of uploads that may go on in another stream, by the names that tell them apart. */
export class Sessions {
  readonly #earlier = new Map<string, Earlier>();

  earlier(name: string): Earlier {
    return this.#earlier.get(name) ?? nothingEarlier;
  }

  /** The server has said how much is kept. Throws where it cannot be so much, or was more before. */
  told(name: string, committed: bigint, sizeBytes: bigint): void {
    const { bytes, toldBytes = 0 } = this.earlier(name);
    const most = bytes === undefined ? sizeBytes : BigInt(bytes.byteLength);
    if (committed > most) {
      throw new BrokenRule(`${name}: ${committed} bytes are kept, and ${most} were sent`);
    }
    if (committed < BigInt(toldBytes)) {
      throw new BrokenRule(`${name}: ${committed} bytes are kept, after ${toldBytes} were`);
    }
    this.#earlier.set(name, { bytes, toldBytes: Number(committed) });
  }

  /** A stream that began at `offset` has brought the upload so far: `kept`, if anybody can tell. */
  brought(name: string, kept: Uint8Array | undefined, offset: bigint): void {
    const { bytes, toldBytes } = this.earlier(name);
    if (offset === 0n) this.#earlier.set(name, { bytes: kept, toldBytes: undefined });
    else this.#earlier.set(name, { bytes: longer(bytes, kept), toldBytes });
  }

  /** Several streams are at it. */
  confused(name: string): void {
    this.#earlier.set(name, { bytes: undefined, toldBytes: undefined });
  }

  /** The upload was refused: what is kept of it by now, nobody can tell. */
  failed(name: string): void {
    this.#earlier.set(name, { bytes: this.earlier(name).bytes, toldBytes: undefined });
  }
}

/** The longer of two, if the other is its beginning. */
function longer(
  one: Uint8Array | undefined,
  other: Uint8Array | undefined,
): Uint8Array | undefined {
  if (one === undefined || other === undefined) return undefined;
  const [short, long] = one.byteLength < other.byteLength ? [one, other] : [other, one];
  const isBeginning = Buffer.compare(long.subarray(0, short.byteLength), short) === 0;
  return isBeginning ? long : undefined;
}
