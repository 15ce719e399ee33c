import type {
  UniversalHandlerFn,
  UniversalServerRequest,
  UniversalServerResponse,
} from "@connectrpc/connect/protocol";
import { createContextValues } from "@connectrpc/connect";
import { limits } from "../../shared/limits.ts";
import { Holding, holdingKey } from "./holding.ts";
import { RoomForBytes } from "./room-for-bytes.ts";

/** Bounds the memory of request messages from their first byte until they are dealt with, over all requests. */
export class RequestBudget {
  readonly #room: RoomForBytes;

  constructor(maxBytes: number, patienceMs: number = limits.requestRoomWaitMs) {
    this.#room = new RoomForBytes(maxBytes, patienceMs);
  }

  /** Bytes held now, for metrics and for tests of the bound. */
  get heldBytes(): number {
    return this.#room.takenBytes;
  }

  /** Counts the bytes of a request whose messages come as they are. Its server releases them. */
  hold(signal: AbortSignal): Holding {
    return new Holding(this.#room, false, signal);
  }

  /** Does with a body, whose bytes are counted until it is done, what `serve` does with all of an RPC. */
  async counted<Answer>(
    body: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
    serve: (body: AsyncIterable<Uint8Array>) => Promise<Answer>,
  ): Promise<Answer> {
    const holding = this.hold(signal);
    try {
      return await serve(countedBytes(body, holding));
    } finally {
      holding.release();
    }
  }

  /** Serves a request with `handler`, its bytes counted. */
  async serve(
    handler: UniversalHandlerFn,
    request: UniversalServerRequest,
  ): Promise<UniversalServerResponse> {
    const holding = new Holding(this.#room, sendsCompressed(request), request.signal);
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
    await holding.receive(chunk.byteLength);
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
