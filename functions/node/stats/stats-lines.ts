import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import type {
  CacheStatistics,
  GetStatisticsResponse,
  ListStatisticsResponse,
  ListStatisticsResponse_Subject,
} from "../../../shared/proto/gen/hayloft/v1/statistics_pb.ts";
import { printable } from "../../handlers/request-metadata.ts";
import { bytesText } from "../sizing/amounts.ts";

/** What is known of one subject, for people to read. */
export function statisticsLines({
  statistics,
  mnemonics,
}: GetStatisticsResponse): readonly string[] {
  if (statistics === undefined) return ["nothing is known"];
  const { blobsFound, blobsMissing, blobsRead, bytesRead } = statistics;
  const { actionsWritten, blobsWritten, bytesWritten, requests, errors } = statistics;
  return [
    `actions    ${hitsOf(statistics)}; ${count(actionsWritten)} written`,
    `blobs      ${count(blobsFound)} found, ${count(blobsMissing)} missing`,
    `read       ${count(blobsRead)} blobs, ${bytesText(Number(bytesRead))}`,
    `written    ${count(blobsWritten)} blobs, ${bytesText(Number(bytesWritten))}`,
    `requests   ${count(requests)}, ${count(errors)} of them failed`,
    `seen       ${time(statistics.firstSeen)} to ${time(statistics.lastSeen)}`,
    ...(mnemonics.length === 0 ? [] : ["", "by mnemonic"]),
    ...inColumns(
      mnemonics.map((each) => [printable(each.mnemonic) || "(others)", hitsOf(each)] as const),
    ),
  ];
}

/** What is known of many, a line for each. */
export function listLines({ subjects, total }: ListStatisticsResponse): readonly string[] {
  if (subjects.length === 0) return ["nothing is known of any"];
  const more = total - subjects.length;
  return [
    ...inColumns(subjects.map((subject) => [nameOf(subject), summaryOf(subject)] as const)),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
}

function nameOf({ value, instanceName }: ListStatisticsResponse_Subject): string {
  const place = instanceName === "" ? "the instance without a name" : printable(instanceName);
  return value === "" ? place : `${printable(value)} in ${place}`;
}

function summaryOf({ statistics }: ListStatisticsResponse_Subject): string {
  if (statistics === undefined) return "";
  return `${hitsOf(statistics)}, last seen ${time(statistics.lastSeen)}`;
}

function hitsOf({
  actionHits,
  actionMisses,
}: Pick<CacheStatistics, "actionHits" | "actionMisses">): string {
  const lookups = actionHits + actionMisses;
  if (lookups === 0n) return "no look-ups";
  const percent = ((100 * Number(actionHits)) / Number(lookups)).toFixed(1);
  return `${percent} % hit, ${count(actionHits)} of ${count(lookups)} look-ups`;
}

function inColumns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`);
}

function count(number: bigint): string {
  return number.toLocaleString("en");
}

function time(stamp: Timestamp | undefined): string {
  return stamp === undefined ? "?" : timestampDate(stamp).toISOString();
}
