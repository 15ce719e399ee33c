import { errors } from "jose";
import { limits } from "../../shared/limits.ts";
import { quote, type RequestError } from "../../shared/request-error.ts";
import { refused } from "./refused.ts";

/** Why a token is refused that its issuer has signed; `undefined` where the error is not about what it says. */
export function refusalOf(error: unknown): RequestError | undefined {
  if (error instanceof errors.JWTExpired) {
    return refused(`the token has expired at ${timeOf(error.payload.exp)}; get a new one`);
  }
  if (error instanceof errors.JWTInvalid) return refused("the token's claims are no JSON object");
  if (!(error instanceof errors.JWTClaimValidationFailed)) return undefined;
  const { claim, reason, payload } = error;
  if (claim === "nbf" && reason === "check_failed") {
    return refused(`the token is not good before ${timeOf(payload.nbf)}`);
  }
  return refused(`the token's ${quote(claim)} is ${reason === "missing" ? "missing" : "wrong"}`);
}

/** Throws where a token comes from the future, which tells that a clock is wrong. */
export function refuseFuture(iat: number | undefined, nowMs: number): void {
  if (iat === undefined || iat * 1000 <= nowMs + limits.tokenSkewMs) return;
  throw refused(
    `the token was issued at ${timeOf(iat)}, and here it is ${timeOf(nowMs / 1000)}: correct the clock that is wrong`,
  );
}

/** A time of a token, in seconds, which need not be one that there is. */
function timeOf(seconds: number | undefined): string {
  const time = new Date((seconds ?? Number.NaN) * 1000);
  return Number.isNaN(time.getTime()) ? `second ${seconds}` : time.toISOString();
}
