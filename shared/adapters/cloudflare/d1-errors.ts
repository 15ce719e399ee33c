import { StoreError, type StoreErrorCode } from "../../stores/store-error.ts";

/** What D1 says when a request was lost, and may well succeed if it is made again. */
const lost = [
  /network connection lost/i,
  /caused object to be reset/i,
  /reset because its code was updated/i,
  /cannot resolve D1 DB/i,
];

/** A query that took too long takes as long the next time, whatever was reset because of it. */
const tooSlow = /exceeded timeout/i;

interface Trouble {
  readonly said: RegExp;
  readonly code: StoreErrorCode;
  readonly remedy: string;
}

const troubles: readonly Trouble[] = [
  {
    said: /exceeded maximum DB size|database or disk is full|SQLITE_FULL|maximum account storage/i,
    code: "exhausted",
    remedy:
      "D1 holds 10 GB (500 MB on the Free plan): set a smaller quota, or keep entries for fewer days",
  },
  {
    said: /string or blob too big|SQLITE_TOOBIG/i,
    code: "too-large",
    remedy: "D1 rows hold 2 MB: keep a larger action result in an object, by inlineActionBytes",
  },
  {
    said: /no such (?:table|column)/i,
    code: "unavailable",
    remedy: "apply infra/cloudflare/migrations: npx wrangler d1 migrations apply",
  },
  {
    said: /overloaded|exceeded timeout|CPU time limit|memory limit/i,
    code: "unavailable",
    remedy:
      "the database has more to do than it can: try again later, and give other projects a database of their own",
  },
];

const tryAgain = { code: "unavailable", remedy: "try again" } as const;

/** Whether the same request, made again, may succeed. */
export function mayPass(error: unknown): boolean {
  const said = String(error);
  return lost.some((pattern) => pattern.test(said)) && !tooSlow.test(said);
}

/** What D1 threw, in the port's words. */
export function indexError(error: unknown): StoreError {
  const words = error instanceof Error ? error.message : String(error);
  const { code, remedy } = troubles.find(({ said }) => said.test(words)) ?? tryAgain;
  return new StoreError(code, `the index in D1 failed: ${words}; ${remedy}`, { cause: error });
}
