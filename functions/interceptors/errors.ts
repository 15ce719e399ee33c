import type { Interceptor } from "@connectrpc/connect";
import { nameOfCall } from "../handlers/request-metadata.ts";
import { isUnexpected, toConnectError } from "../handlers/status.ts";

/** Tells the log of what nobody expected; its caller learns only that it is internal. */
export type ReportError = (error: unknown, where: string) => void;

/** Maps whatever a handler throws, at its start or in the middle of a stream, by the table in `handlers/status.ts`. */
export function mapErrors(report: ReportError): Interceptor {
  return (next) => async (request) => {
    const { service, method, header } = request;
    const mapped = (error: unknown): Error => {
      if (isUnexpected(error)) report(error, nameOfCall(service, method, header));
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
