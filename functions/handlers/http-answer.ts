import { limits } from "../../shared/limits.ts";
import { RetryLater } from "../../shared/retry-later.ts";
import type { HttpAnswer } from "./http-exchange.ts";
import { toConnectError, toHttpStatus } from "./status.ts";

const encoder = new TextEncoder();

/** An answer whose body is at hand. Its length is always told: some clients refuse an answer without one. */
export function answer(
  status: number,
  body: Uint8Array,
  contentType: string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return {
    status,
    headers: {
      "content-type": contentType,
      "content-length": String(body.byteLength),
      ...headers,
    },
    body,
  };
}

/** A line for a person. */
export function textAnswer(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): HttpAnswer {
  return answer(status, encoder.encode(`${text}\n`), "text/plain; charset=utf-8", headers);
}

/** What a client needs to know to try again, by status. */
const hints: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  401: { "www-authenticate": 'Basic realm="hayloft"' },
  503: { "retry-after": String(limits.retrySeconds) },
};

/** An error, by the table in `status.ts`. */
export function errorAnswer(error: unknown): HttpAnswer {
  const status = toHttpStatus(error);
  const hint = error instanceof RetryLater ? retryAfter(error.waitMs) : hints[status];
  return textAnswer(status, toConnectError(error).rawMessage, hint);
}

function retryAfter(waitMs: number): Readonly<Record<string, string>> {
  return { "retry-after": String(Math.ceil(waitMs / 1000)) };
}
