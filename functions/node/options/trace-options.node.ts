import { TraceSettingError } from "../../telemetry/trace-setting-error.ts";
import { readTraceSettings, type TraceSettings } from "../../telemetry/trace-settings.ts";
import { type FlagValues, UsageError } from "../commands/flags.node.ts";
import { FlagMistake } from "./flag-mistake.node.ts";
import type { Flag } from "./serve-flags.node.ts";

const flags = { endpoint: "trace-endpoint", ratio: "trace-ratio" } as const;

/** What flags and OpenTelemetry's variables say of traces. Throws `UsageError`. */
export function readTraces(values: FlagValues<Flag>): TraceSettings | undefined {
  const words = { endpoint: values[flags.endpoint], ratio: values[flags.ratio] };
  try {
    return readTraceSettings(words, process.env, (word, value, remedy) => {
      const shown = value === undefined ? {} : { value };
      return new FlagMistake({ flag: flags[word], ...shown, remedy });
    });
  } catch (cause) {
    if (cause instanceof TraceSettingError) throw new UsageError(cause.message, { cause });
    throw cause;
  }
}
