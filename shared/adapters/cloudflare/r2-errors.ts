import { StoreError, type StoreErrorCode } from "../../stores/store-error.ts";

/** The numbers at the end of what R2 says. */
const BAD_DIGEST = 10037;
const INVALID_RANGE = 10039;
const UNSPECIFIED = 0;
const NO_SUCH_UPLOAD = 10024;

const troubles: Readonly<Record<number, { code: StoreErrorCode; remedy: string }>> = {
  10002: { code: "denied", remedy: "check the bucket binding, and deploy again" },
  10003: { code: "denied", remedy: "check the bucket binding, and deploy again" },
  10006: {
    code: "denied",
    remedy: "create the bucket that the binding names: npx wrangler r2 bucket create",
  },
  10042: { code: "denied", remedy: "turn R2 on for the account, in Cloudflare's dashboard" },
  10069: { code: "denied", remedy: "a lock rule holds the object: take the rule off the bucket" },
  100100: { code: "too-large", remedy: "upload it in parts" },
};

const tryAgain = {
  code: "unavailable",
  remedy: "try again; cloudflarestatus.com tells of what lasts",
} as const;

/** What R2 says when it may do better next time: an error of its own, out of service, too many requests. */
const passing = new Set([10001, 10043, 10058]);

/** The number in what R2 said, even where that is the cause of an error of ours. */
function numberOf(error: unknown): number | undefined {
  if (error instanceof StoreError) return numberOf(error.cause);
  const digits = error instanceof Error ? /\((\d+)\)\s*$/.exec(error.message)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}

export function isBadDigest(error: unknown): boolean {
  return numberOf(error) === BAD_DIGEST;
}

/** Whether that may be about a range from the end on: where it has a length, the local R2 does not say what is wrong. */
export function mayBeInvalidRange(error: unknown): boolean {
  const number = numberOf(error);
  return number === INVALID_RANGE || number === UNSPECIFIED;
}

export function isNoSuchUpload(error: unknown): boolean {
  return numberOf(error) === NO_SUCH_UPLOAD;
}

/** Whether the same request, made again, may succeed. */
export function mayPass(error: unknown): boolean {
  return passing.has(numberOf(error) ?? 0);
}

/** What R2 threw, in the port's words. */
export function objectError(error: unknown): StoreError {
  const words = error instanceof Error ? error.message : String(error);
  const { code, remedy } = troubles[numberOf(error) ?? 0] ?? tryAgain;
  return new StoreError(code, `the bucket in R2 failed: ${words}; ${remedy}`, { cause: error });
}
