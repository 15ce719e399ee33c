import { Code } from "@connectrpc/connect";
import { keptSubject } from "../../shared/stores/provenance.ts";
import type { Lookup } from "../../shared/telemetry/statistics/seen-request.ts";
import type { Statistics } from "../../shared/telemetry/statistics/statistics.ts";
import { printable } from "../handlers/request-metadata.ts";
import type { RequestRecord } from "./request-record.ts";
import type { RequestListener } from "./request-watch.ts";

/** Who is refused must not fill the statistics of an instance that it may not use. */
const refusals: ReadonlySet<Code | undefined> = new Set([
  Code.PermissionDenied,
  Code.Unauthenticated,
]);

/** How a request ends in which the cache has not failed: well, with an entry that is absent, or without its client. */
const noFailures: ReadonlySet<Code | undefined> = new Set([
  undefined,
  Code.NotFound,
  Code.Canceled,
]);

/** Counts each request for the build that made it, its tool, its principal, and whatever else statistics are kept of. */
export function requestStatistics(statistics: Statistics): RequestListener {
  return (record) => {
    const { instanceName, principal, client, code, asked } = record;
    if (instanceName === undefined || principal === undefined || refusals.has(code)) return;
    statistics.count({
      instanceName,
      principal: keptSubject(principal.subject),
      tool: client?.toolName,
      invocationId: client?.invocationId,
      mnemonic: client?.mnemonic,
      target: client?.target,
      lookup: lookupOf(record),
      hasFailed: !noFailures.has(code),
      header: (name) => printableHeader(asked.header.get(name)),
    });
  };
}

function lookupOf({ store, verb, hits, misses, bytes }: RequestRecord): Lookup | undefined {
  if (store === undefined || verb === undefined) return undefined;
  return { store, verb, hits, misses, bytes };
}

function printableHeader(value: string | null): string | undefined {
  return value === null || value === "" ? undefined : printable(value);
}
