import { ConnectError } from "@connectrpc/connect";
import { limits } from "../../shared/limits.ts";
import { RequestError } from "../../shared/request-error.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import type { LogFields } from "../../shared/telemetry/log.ts";
import { errorClass } from "../handlers/error-class.ts";
import { firstError } from "../handlers/first-error.ts";

/** What an error is, and what it says. */
export function errorFields(error: unknown): LogFields {
  return { class: errorClass(error), error: textOf(error) };
}

/** The same, with whatever leads to where it comes from: what caused it, and of a defect the stack. */
export function troubleFields(error: unknown): LogFields {
  const isDefect = errorClass(error) === "internal";
  return {
    ...errorFields(error),
    causes: causesOf(error),
    ...(isDefect && { stack: stackOf(error) }),
  };
}

/** In its own words; what nobody thought of has its name, too. */
function textOf(thrown: unknown): string {
  const error = firstError(thrown);
  if (error instanceof ConnectError) return cut(error.rawMessage);
  if (error instanceof StoreError || error instanceof RequestError) return cut(error.message);
  return cut(String(error));
}

function causesOf(error: unknown): readonly string[] | undefined {
  const causes: string[] = [];
  let cause = causeOf(error);
  while (cause !== undefined && causes.length < limits.logCauses) {
    causes.push(cut(String(cause)));
    cause = causeOf(cause);
  }
  return causes.length === 0 ? undefined : causes;
}

/** What is thrown is an error, as good as always. Of several, as of an address each, the first stands for all. */
function causeOf(thrown: unknown): Error | undefined {
  const error = firstError(thrown);
  if (!(error instanceof Error)) return undefined;
  const several: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  const cause = several[0] ?? error.cause;
  return cause instanceof Error ? cause : undefined;
}

/** Its frames alone: what stands above them is its text. */
function stackOf(error: unknown): readonly string[] | undefined {
  const first = firstError(error);
  const stack = first instanceof Error ? (first.stack ?? "") : "";
  const frames = stack.split("\n").filter((line) => /^ +at /.test(line));
  return frames.length === 0
    ? undefined
    : frames.slice(0, limits.logFrames).map((frame) => cut(frame.trim()));
}

function cut(text: string): string {
  return text.slice(0, limits.logTextLength);
}
