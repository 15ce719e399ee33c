import type { StoreProbe } from "../../../shared/stores/store-probe.ts";

/** How long cloud services may take to say that a server may use them. */
const ACCESS_MS = 30_000;

/** Asks the table and the bucket for something that is not there, so that a wrong name or a missing right is told at once. */
export async function checkAccess(probes: readonly StoreProbe[]): Promise<void> {
  const signal = AbortSignal.timeout(ACCESS_MS);
  for (const { ask } of probes) await ask(signal);
}
