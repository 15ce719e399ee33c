import { Code } from "@connectrpc/connect";
import type { RequestRecord } from "./request-record.ts";
import { clientIsGone } from "../handlers/client-is-gone.ts";
import { codeOfStatus } from "./code-names.ts";

type Body = Uint8Array | AsyncIterable<Uint8Array>;

/** Notes in `record` when an answer begins and ends. A client that leaves is the reason for an end before that of the body. */
export function watchedAnswer<
  Answer extends { readonly status: number; readonly body?: Body; readonly trailer?: Headers },
>(answer: Answer, record: RequestRecord, signal: AbortSignal): Answer {
  record.status = answer.status;
  // What is answered to nobody says how the request broke off, not what was wrong with it.
  if (signal.aborted) leave(record);
  record.code ??= codeOfHttpStatus(answer.status);
  const { body } = answer;
  if (body === undefined || body instanceof Uint8Array) {
    record.firstByte();
    record.end();
    return answer;
  }
  // An answer that nobody begins to read never ends.
  signal.addEventListener("abort", () => leave(record), { once: true });
  return { ...answer, body: watchedBody({ ...answer, body }, record) };
}

async function* watchedBody(
  { body, trailer }: { readonly body: AsyncIterable<Uint8Array>; readonly trailer?: Headers },
  record: RequestRecord,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of body) {
      record.firstByte();
      yield chunk;
    }
    record.firstByte();
    // What the RPC library refuses by itself stands nowhere else.
    record.code ??= codeOfStatus(trailer?.get("grpc-status"));
    record.end();
  } catch (error) {
    record.fail(error);
    throw error;
  } finally {
    leave(record);
  }
}

function leave(record: RequestRecord): void {
  if (record.endMs !== undefined) return;
  record.fail(clientIsGone());
  record.end();
}

const codes: Readonly<Record<number, Code>> = {
  401: Code.Unauthenticated,
  403: Code.PermissionDenied,
  404: Code.NotFound,
  405: Code.Unimplemented,
  409: Code.AlreadyExists,
  412: Code.FailedPrecondition,
  416: Code.OutOfRange,
  429: Code.ResourceExhausted,
  501: Code.Unimplemented,
  503: Code.Unavailable,
  507: Code.ResourceExhausted,
};

/** How it ended, where its answer says so by its HTTP status alone. */
function codeOfHttpStatus(status: number): Code | undefined {
  if (status < 400) return undefined;
  return codes[status] ?? (status < 500 ? Code.InvalidArgument : Code.Internal);
}
