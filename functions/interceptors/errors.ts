import type { Interceptor } from "@connectrpc/connect";
import { toConnectError } from "../handlers/status.ts";
import { recordKey } from "../telemetry/request-watch.ts";

/** Maps whatever a handler throws, at its start or in the middle of a stream, by the table in `handlers/status.ts`. */
export function mapErrors(): Interceptor {
  return (next) => async (request) => {
    const record = request.contextValues.get(recordKey);
    const mapped = (error: unknown): Error => {
      record?.fail(error);
      return toConnectError(error);
    };
    try {
      const response = await next(request);
      if (!response.stream) return response;
      return { ...response, message: mapThrown(response.message, mapped) };
    } catch (error) {
      throw mapped(error);
    }
  };
}

async function* mapThrown<T>(
  source: AsyncIterable<T>,
  mapped: (error: unknown) => Error,
): AsyncGenerator<T, void, undefined> {
  try {
    yield* source;
  } catch (error) {
    throw mapped(error);
  }
}
