import { limits } from "../../shared/limits.ts";
import { type HeaderList, HeaderDecoder } from "./header-decoder.node.ts";
import { readRequest, type RequestHead } from "./request-headers.node.ts";

type Refusal = "malformed" | "too large";

/** The longest block that is compared with the next one. */
const MAX_KEPT_BYTES = 1024;

/** Reads the header blocks of one connection. Clients repeat themselves: a block like the last one says what that one said. */
export class RequestDecoder {
  readonly #decoder = new HeaderDecoder(limits.headerBytes);
  readonly #kept = Buffer.allocUnsafe(MAX_KEPT_BYTES);
  #keptBytes = 0;
  #keptVersion = 0;
  #keptRequest: RequestHead | undefined;

  /** The request that the block from `start` to `end` is. Throws ConnectionError where it cannot be read at all. */
  request(bytes: Buffer, start: number, end: number): RequestHead | Refusal {
    if (this.#keptRequest !== undefined && this.#isKept(bytes, start, end))
      return this.#keptRequest;
    const { version } = this.#decoder;
    const { fields, isTooLarge } = this.list(bytes, start, end);
    if (isTooLarge) return "too large";
    const request = readRequest(fields);
    // One that has changed the table would have to do so again.
    if (
      request !== undefined &&
      version === this.#decoder.version &&
      end - start <= MAX_KEPT_BYTES
    ) {
      this.#keptBytes = bytes.copy(this.#kept, 0, start, end);
      this.#keptVersion = version;
      this.#keptRequest = request;
    }
    return request ?? "malformed";
  }

  list(bytes: Buffer, start: number, end: number): HeaderList {
    return this.#decoder.decode(bytes, start, end);
  }

  #isKept(bytes: Buffer, start: number, end: number): boolean {
    return (
      end - start === this.#keptBytes &&
      this.#decoder.version === this.#keptVersion &&
      this.#kept.compare(bytes, start, end, 0, this.#keptBytes) === 0
    );
  }
}
