import { untilAborted } from "../../until-aborted.ts";

/** What is waited before each new attempt, give or take a half, so that many isolates do not come back at once. */
const DELAYS_MS = [50, 250];

/** No attempt begins later: whoever made the request counts on its effect soon or never. */
const LAST_ATTEMPT_MS = 60_000;

/** Makes a request again where the platform says that this helps: only for requests that may take effect twice. */
export async function retried<T>(
  attempt: () => Promise<T>,
  mayPass: (error: unknown) => boolean,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  const startedMs = Date.now();
  for (const delayMs of DELAYS_MS) {
    try {
      return await untilAborted(attempt(), signal);
    } catch (error) {
      const isLate = Date.now() - startedMs > LAST_ATTEMPT_MS;
      if (signal.aborted || isLate || !mayPass(error)) throw error;
    }
    await untilAborted(scheduler.wait(delayMs * (0.5 + Math.random())), signal);
  }
  return await untilAborted(attempt(), signal);
}
