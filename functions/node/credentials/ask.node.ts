import { UsageError } from "../commands/flags.node.ts";
import { codeOf } from "../error-code.node.ts";
import { boundedText } from "./bounded-text.node.ts";

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A request whose answer is soon there, and short unless told otherwise. Throws `UsageError`, which names the host and nothing else of the request. */
export async function ask(
  url: URL,
  request: RequestInit,
  patienceMs: number,
  maxBytes?: number,
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      ...request,
      // What is shown to one host is not for another.
      redirect: "error",
      signal: AbortSignal.timeout(patienceMs),
    });
    const text = response.body === null ? "" : await boundedText(response.body, maxBytes);
    if (text === undefined) throw new Error("its answer is too long");
    return { status: response.status, text };
  } catch (cause) {
    throw new UsageError(`cannot ask ${url.origin} (${reasonOf(cause)})`, { cause });
  }
}

/** `fetch` tells why in a cause. */
function reasonOf(error: unknown): string {
  return codeOf(error instanceof TypeError ? (error.cause ?? error) : error);
}
