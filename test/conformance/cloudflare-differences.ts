const NATIVE = "native gRPC cannot reach a Worker's code, and is refused";

/** Checks that ask of a Worker what it cannot have, by number, each with the reason. */
export const cloudflareNotApplicable: ReadonlyMap<string, string> = new Map([
  ["9.12", "each directory below another is a look-up, and a request may make 500 of them"],
  ["12.10", NATIVE],
  ["22.3", NATIVE],
  ["22.4", NATIVE],
  ["22.6", NATIVE],
  ["22.12", NATIVE],
]);

/** Checks that leave out what a Worker cannot have, by number, each with what that is. */
export const cloudflarePartly: ReadonlyMap<string, string> = new Map([
  ["12.11", "to end an upload when another one has: requests run in isolates that share nothing"],
]);

/** Checks that Hayloft on Cloudflare does not pass, by number, each with the reason. */
export const cloudflareKnownGaps: ReadonlyMap<string, string> = new Map([
  ["22.7", "the runtime's gunzip cannot be bounded, so that compressed requests are refused"],
]);
