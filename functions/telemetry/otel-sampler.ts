import type { Sampling } from "../../shared/telemetry/tracing/sampling.ts";
import { TraceSettingError } from "./trace-setting-error.ts";

/** The names that OpenTelemetry has for ways to sample: `undefined` where an argument says the ratio. */
const samplers: Readonly<
  Record<string, { readonly ratio?: number; readonly followsParent: boolean }>
> = {
  always_on: { ratio: 1, followsParent: false },
  always_off: { ratio: 0, followsParent: false },
  traceidratio: { followsParent: false },
  parentbased_always_on: { ratio: 1, followsParent: true },
  parentbased_always_off: { ratio: 0, followsParent: true },
  parentbased_traceidratio: { followsParent: true },
};

/** What OpenTelemetry's variables say of sampling; `undefined` where they say nothing. */
export function samplingIn(
  environment: Readonly<Record<string, string | undefined>>,
): Sampling | undefined {
  const name = environment["OTEL_TRACES_SAMPLER"];
  if (!name) return undefined;
  const sampler = Object.hasOwn(samplers, name) ? samplers[name] : undefined;
  if (sampler === undefined) {
    const names = Object.keys(samplers).join(", ");
    throw new TraceSettingError("OTEL_TRACES_SAMPLER", name, `set it to one of ${names}`);
  }
  const { followsParent, ratio = ratioIn(environment) } = sampler;
  return { ratio, followsParent };
}

function ratioIn(environment: Readonly<Record<string, string | undefined>>): number {
  const text = environment["OTEL_TRACES_SAMPLER_ARG"] || "1";
  const ratio = Number(text);
  if (ratio >= 0 && ratio <= 1) return ratio;
  throw new TraceSettingError("OTEL_TRACES_SAMPLER_ARG", text, "set it to a number from 0 to 1");
}
