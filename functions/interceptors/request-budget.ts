import {
  type ContextKey,
  createContextKey,
  createContextValues,
  type Interceptor,
} from "@connectrpc/connect";
import type {
  UniversalHandlerFn,
  UniversalServerRequest,
  UniversalServerResponse,
} from "@connectrpc/connect/protocol";
import { limits } from "../../shared/limits.ts";
import { RequestError } from "../../shared/request-error.ts";
import { toConnectError } from "../handlers/status.ts";

/** What gzip can make of one byte at most. */
const MAX_EXPANSION = 1032;

/** What one request has received and its handler has not yet dealt with. */
class Holding {
  readonly #budget: RequestBudget;
  readonly #isCompressed: boolean;
  #receivedBytes = 0;
  #takenBytes = 0;

  constructor(budget: RequestBudget, isCompressed: boolean) {
    this.#budget = budget;
    this.#isCompressed = isCompressed;
  }

  /** Counts bytes that came in, and the message that they may become. */
  receive(bytes: number): void {
    this.#receivedBytes += bytes;
    const expandedBytes = this.#isCompressed
      ? Math.min(this.#receivedBytes * MAX_EXPANSION, limits.requestMessageBytes)
      : 0;
    const missingBytes = this.#receivedBytes + expandedBytes - this.#takenBytes;
    this.#budget.take(missingBytes);
    this.#takenBytes += missingBytes;
  }

  release(): void {
    this.#budget.give(this.#takenBytes);
    this.#receivedBytes = 0;
    this.#takenBytes = 0;
  }
}

/** Bounds the memory of request messages from their first byte until they are dealt with, over all requests. */
export class RequestBudget {
  readonly #maxBytes: number;
  #heldBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes held now, for metrics and for tests of the bound. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Throws RESOURCE_EXHAUSTED where all requests together would hold too much. */
  take(bytes: number): void {
    if (this.#heldBytes + bytes > this.#maxBytes) throw overloaded(this.#maxBytes);
    this.#heldBytes += bytes;
  }

  give(bytes: number): void {
    this.#heldBytes -= bytes;
  }

  /** Serves a request with `handler`, its bytes counted. */
  async serve(
    handler: UniversalHandlerFn,
    request: UniversalServerRequest,
  ): Promise<UniversalServerResponse> {
    const holding = new Holding(this, sendsCompressed(request));
    // An answer that nobody begins to read never ends.
    request.signal.addEventListener("abort", () => holding.release(), { once: true });
    const contextValues = (request.contextValues ?? createContextValues()).set(holdingKey, holding);
    try {
      const body = counted(request.body, holding);
      const response = await handler({ ...request, body, contextValues });
      if (response.body === undefined) {
        holding.release();
        return response;
      }
      return { ...response, body: releasedAfter(response.body, holding) };
    } catch (error) {
      holding.release();
      throw error;
    }
  }
}

const holdingKey: ContextKey<Holding | undefined> = createContextKey<Holding | undefined>(
  undefined,
  { description: "request bytes held" },
);

/** Releases what a stream holds as its handler asks for more; what a unary call holds stays until its end. */
export const releaseStreamed: Interceptor = (next) => async (request) => {
  const holding = request.contextValues.get(holdingKey);
  if (!request.stream || holding === undefined) return await next(request);
  return await next({ ...request, message: releasedOnDemand(request.message, holding) });
};

async function* releasedOnDemand<T>(
  messages: AsyncIterable<T>,
  holding: Holding,
): AsyncGenerator<T, void, undefined> {
  for await (const message of messages) {
    yield message;
    holding.release();
  }
}

/** In the words of gRPC, Connect's streams, and Connect's other calls. */
const encodingHeaders = ["grpc-encoding", "connect-content-encoding", "content-encoding"];

function sendsCompressed({ header }: UniversalServerRequest): boolean {
  return encodingHeaders.some((name) => (header.get(name) ?? "identity") !== "identity");
}

function counted(
  body: UniversalServerRequest["body"],
  holding: Holding,
): UniversalServerRequest["body"] {
  if (typeof body !== "object" || body === null || !(Symbol.asyncIterator in body)) return body;
  return countedBytes(body, holding);
}

async function* countedBytes(
  body: AsyncIterable<Uint8Array>,
  holding: Holding,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of body) {
    holding.receive(chunk.byteLength);
    yield chunk;
  }
}

async function* releasedAfter(
  body: AsyncIterable<Uint8Array>,
  holding: Holding,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* body;
  } finally {
    holding.release();
  }
}

function overloaded(maxBytes: number): Error {
  const message = `requests already hold ${maxBytes} bytes of messages; try again`;
  return toConnectError(new RequestError("resource-exhausted", message));
}
