import type { Log, LogFields, LogLevel } from "../../shared/telemetry/log.ts";
import { classOfCode } from "../handlers/error-class.ts";
import { isUnexpected } from "../handlers/status.ts";
import { codeName } from "./code-names.ts";
import { errorFields } from "./error-fields.ts";
import { isLook } from "./request-names.ts";
import type { RequestRecord } from "./request-record.ts";
import type { RequestListener } from "./request-watch.ts";
import { levelOf, type Troubles } from "./troubles.ts";

/**
 * Writes a line for each request: at `info`, or at `debug` where somebody only looks whether the server is well. Trouble of ours is at
 * `warn` or `error`, once with all that is known of it; while it goes on, the requests that it fails have lines as all others have.
 */
export function requestLog(log: Log, troubles: Troubles): RequestListener {
  const isLookOn = log.isOn("debug");
  const areAllOn = log.isOn("info");
  return (record) => {
    const trouble = troubleIn(record);
    const details = trouble === undefined ? undefined : troubles.fieldsOf(trouble);
    if (details !== undefined) say(levelOf(trouble), record, details);
    else if (isLook(record.asked.rpc)) {
      if (isLookOn) say("debug", record, failureIn(record));
    } else if (areAllOn) say("info", record, failureIn(record));
  };

  function say(level: LogLevel, record: RequestRecord, failure: LogFields | undefined): void {
    log.say(level, "request", failure ? { ...fieldsOf(record), ...failure } : fieldsOf(record));
  }
}

/** What a request fails for that is trouble of ours: as a whole, or an entry of it. */
function troubleIn({ code, error, entryErrors }: RequestRecord): unknown {
  if (code !== undefined && error !== undefined && isUnexpected(error)) return error;
  return entryErrors.length === 0 ? undefined : entryErrors.find(isUnexpected);
}

/** Why it ended as it did, as its client was told. */
function failureIn({ code, error, entryErrors }: RequestRecord): LogFields | undefined {
  if (error !== undefined) return errorFields(error);
  if (entryErrors.length > 0) return errorFields(entryErrors[0]);
  return code === undefined ? undefined : { class: classOfCode(code) };
}

/** In the order of a line: what was asked, how it ended, what it was about, for whom. */
function fieldsOf(record: RequestRecord): LogFields {
  const { asked, startMs, endMs = startMs, firstByteMs, digest, client, entryErrors } = record;
  const isLookup = record.store !== undefined;
  return {
    rpc: asked.rpc,
    protocol: asked.protocol,
    code: codeName(record.code),
    ms: milliseconds(endMs - startMs),
    first_byte_ms: firstByteMs === undefined ? undefined : milliseconds(firstByteMs - startMs),
    hash: digest?.hash,
    size: digest?.sizeBytes,
    hits: isLookup ? record.hits : undefined,
    misses: isLookup ? record.misses : undefined,
    bytes: isLookup ? record.bytes : undefined,
    failed: entryErrors.length === 0 ? undefined : entryErrors.length,
    instance: record.instanceName,
    principal: record.principal?.subject,
    tool: client?.toolName,
    version: client?.toolVersion,
    invocation: client?.invocationId,
    action: client?.actionId,
    mnemonic: client?.mnemonic,
    target: client?.target,
    trace: record.span?.trace.id,
  };
}

/** To the microsecond. */
function milliseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
