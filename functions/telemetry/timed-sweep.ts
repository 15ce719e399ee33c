import type { Code } from "@connectrpc/connect";
import type { SweepReport } from "../../shared/stores/indexed/sweeper.ts";
import { instruments } from "../../shared/telemetry/instruments.ts";
import type { Meter } from "../../shared/telemetry/meter.ts";
import { toConnectError } from "../handlers/status.ts";
import { codeName } from "./code-names.ts";

/** Sweeps, and notes how long that took and how it ended. */
export async function timedSweep(
  sweep: () => Promise<SweepReport>,
  meter: Meter,
): Promise<SweepReport> {
  const startMs = performance.now();
  let code: Code | undefined;
  try {
    return await sweep();
  } catch (error) {
    ({ code } = toConnectError(error));
    throw error;
  } finally {
    const seconds = (performance.now() - startMs) / 1000;
    meter.histogram(instruments.sweepSeconds, codeName(code)).observe(seconds);
  }
}
