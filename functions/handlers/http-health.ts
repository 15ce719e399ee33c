import { textAnswer } from "./http-answer.ts";
import type { HttpAnswer } from "./http-exchange.ts";
import type { Readiness } from "./readiness.ts";

type HealthCheck = (readiness: Readiness) => HttpAnswer | Promise<HttpAnswer>;

/** That the process works, whatever its stores do: to start it again would not bring them back. */
const isAlive: HealthCheck = () => textAnswer(200, "hayloft");

/** That it takes work, or a line for each reason why it does not. */
const isReady: HealthCheck = async (readiness) => {
  const reasons = await readiness.reasons();
  return reasons.length === 0 ? textAnswer(200, "ready") : textAnswer(503, reasons.join("\n"));
};

const checks: ReadonlyMap<string, HealthCheck> = new Map([
  ["/", isAlive],
  ["/status", isAlive],
  ["/healthz", isAlive],
  ["/readyz", isReady],
]);

/** What is asked of the server's health at a path; `undefined` where something else is. */
export function healthCheckAt(pathname: string): HealthCheck | undefined {
  return checks.get(pathname);
}
