import { untilAborted } from "../../until-aborted.ts";
import { mayPass, objectError } from "./r2-errors.ts";
import { retried } from "./retried.workerd.ts";

/** Makes a request of R2. What it throws is thrown in the port's words. */
export async function asked<T>(request: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  try {
    return await untilAborted(request(), signal);
  } catch (error) {
    throw signal.aborted ? signal.reason : objectError(error);
  }
}

/** The same for a request that may take effect twice: it is made again where R2 says that this may help. */
export async function askedAgain<T>(request: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return await asked(() => retried(request, mayPass, signal), signal);
}
