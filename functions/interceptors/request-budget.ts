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
import { RequestError } from "../../shared/request-error.ts";
import { toConnectError } from "../handlers/status.ts";

/** What one request has received and its handler has not yet dealt with. */
class Holding {
  readonly #budget: RequestBudget;
  #bytes = 0;

  constructor(budget: RequestBudget) {
    this.#budget = budget;
  }

  take(bytes: number): void {
    this.#budget.take(bytes);
    this.#bytes += bytes;
  }

  release(): void {
    this.#budget.give(this.#bytes);
    this.#bytes = 0;
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
    const holding = new Holding(this);
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
    holding.take(chunk.byteLength);
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
