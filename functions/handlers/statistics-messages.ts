import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type {
  CacheStatisticsSchema,
  MnemonicLookupsSchema,
} from "../../shared/proto/gen/hayloft/v1/statistics_pb.ts";
import { actionLookups, type Counts } from "../../shared/telemetry/statistics/counts.ts";
import type { StatisticsRow } from "../../shared/telemetry/statistics/statistics-row.ts";

/** What was counted of one subject. */
export function messageOf(
  counts: Readonly<Counts>,
): MessageInitShape<typeof CacheStatisticsSchema> {
  const lookups = actionLookups(counts);
  return {
    ...(lookups === 0 ? {} : { actionHitRate: counts.actionHits / lookups }),
    actionHits: BigInt(counts.actionHits),
    actionMisses: BigInt(counts.actionMisses),
    actionsWritten: BigInt(counts.actionsWritten),
    blobsFound: BigInt(counts.blobsFound),
    blobsMissing: BigInt(counts.blobsMissing),
    blobsRead: BigInt(counts.blobsRead),
    bytesRead: BigInt(counts.bytesRead),
    blobsWritten: BigInt(counts.blobsWritten),
    bytesWritten: BigInt(counts.bytesWritten),
    requests: BigInt(counts.requests),
    errors: BigInt(counts.errors),
    firstSeen: timestampFromMs(counts.firstSeenMs),
    lastSeen: timestampFromMs(counts.lastSeenMs),
  };
}

/** What an invocation asked for, the most frequent first. */
export function mnemonicsOf({
  mnemonics,
}: StatisticsRow): MessageInitShape<typeof MnemonicLookupsSchema>[] {
  return [...mnemonics]
    .toSorted(([, one], [, other]) => actionLookups(other) - actionLookups(one))
    .map(([mnemonic, { actionHits, actionMisses }]) => ({
      mnemonic,
      actionHits: BigInt(actionHits),
      actionMisses: BigInt(actionMisses),
    }));
}
