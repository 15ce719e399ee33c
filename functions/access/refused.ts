import { RequestError } from "../../shared/request-error.ts";

/** UNAUTHENTICATED, for the person whose credential it is. */
export function refused(reason: string): RequestError {
  return new RequestError("unauthenticated", reason);
}
