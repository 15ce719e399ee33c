import type { ServiceImpl } from "@connectrpc/connect";
import { everyInstance, type InstanceGlob, parseGlob } from "../../shared/digest/instance-glob.ts";
import { limits } from "../../shared/limits.ts";
import {
  type GetStatisticsRequest,
  type ListStatisticsRequest,
  type Statistics,
  SubjectKind,
} from "../../shared/proto/gen/hayloft/v1/statistics_pb.ts";
import { invalidArgument, quote, RequestError } from "../../shared/request-error.ts";
import { actionLookups } from "../../shared/telemetry/statistics/counts.ts";
import { headerKind } from "../../shared/telemetry/statistics/statistics.ts";
import {
  type ReadStatistics,
  type StatisticsRow,
  sumRows,
  type SubjectKind as Kind,
} from "../../shared/telemetry/statistics/statistics-row.ts";
import { principalOf } from "../interceptors/gate.ts";
import { permit, permitThroughout } from "./permit.ts";
import { messageOf, mnemonicsOf } from "./statistics-messages.ts";

const LISTED = 100;

/** What the cache has seen of builds and teams; `read` is left out where nothing lasts in which to keep it. */
export function statisticsHandler(read: ReadStatistics = notKept): ServiceImpl<typeof Statistics> {
  return {
    getStatistics: async (request, context) => {
      const principal = principalOf(context);
      const instances = globOf(request);
      if (instances.top !== undefined && !instances.isDeep) {
        permit(principal, instances.top, "ac-read");
      }
      const { kind, value } = subjectOf(request);
      const rows = await read({ kind, value, instances });
      const sum = sumRows(
        rows.filter(({ instanceName }) => principal.standingIn(instanceName).rights.has("ac-read")),
      );
      if (sum === undefined) throw notSeen(kind, value);
      return { statistics: messageOf(sum.counts), mnemonics: mnemonicsOf(sum) };
    },
    listStatistics: async (request, context) => {
      const instances = globOf(request);
      permitThroughout(principalOf(context), instances, "admin");
      const rows = await read({ kind: kindOf(request), instances });
      const listed = inOrder(rows, request.mostLookupsFirst).slice(0, limitOf(request));
      return {
        subjects: listed.map(({ instanceName, value, counts }) => ({
          instanceName,
          value,
          statistics: messageOf(counts),
        })),
        total: rows.length,
      };
    },
  };
}

function notKept(): never {
  throw new RequestError(
    "unimplemented",
    "a function keeps no statistics: ask Analytics Engine on Cloudflare, or Logs Insights on AWS, by the queries that functions/telemetry leads to",
  );
}

function globOf({ instances }: GetStatisticsRequest | ListStatisticsRequest): InstanceGlob {
  return instances === undefined ? everyInstance : parseGlob(instances);
}

function subjectOf({ subject }: GetStatisticsRequest): { kind: Kind; value: string } {
  if (subject.case === undefined) return { kind: "instance", value: "" };
  if (subject.case === "invocationId") return { kind: "invocation", value: subject.value };
  if (subject.case !== "header") return { kind: subject.case, value: subject.value };
  const { name, value } = subject.value;
  return { kind: headerKind(name), value };
}

const namedKinds: ReadonlyMap<SubjectKind, Kind> = new Map([
  [SubjectKind.INSTANCE, "instance"],
  [SubjectKind.INVOCATION, "invocation"],
  [SubjectKind.PRINCIPAL, "principal"],
  [SubjectKind.MNEMONIC, "mnemonic"],
  [SubjectKind.TARGET, "target"],
  [SubjectKind.TOOL, "tool"],
]);

/** Throws INVALID_ARGUMENT. */
function kindOf({ kind, headerName }: ListStatisticsRequest): Kind {
  if (kind === SubjectKind.HEADER) return headerKind(checkedName(headerName));
  const named = namedKinds.get(kind);
  if (named !== undefined) return named;
  throw invalidArgument("kind", `is ${kind}; say of what, as SUBJECT_KIND_INVOCATION`);
}

function checkedName(headerName: string): string {
  if (headerName !== "") return headerName;
  throw invalidArgument("header_name", "is empty; say which header");
}

/** Throws INVALID_ARGUMENT. */
function limitOf({ limit }: ListStatisticsRequest): number {
  if (limit >= 0 && limit <= limits.statisticsListed) return limit === 0 ? LISTED : limit;
  throw invalidArgument("limit", `is ${limit}; give at most ${limits.statisticsListed}`);
}

function inOrder(
  rows: readonly StatisticsRow[],
  mostLookupsFirst: boolean,
): readonly StatisticsRow[] {
  const rankOf = ({ counts }: StatisticsRow): number =>
    mostLookupsFirst ? actionLookups(counts) : counts.lastSeenMs;
  return rows.toSorted((one, other) => rankOf(other) - rankOf(one));
}

function notSeen(kind: Kind, value: string): RequestError {
  const what = kind === "instance" ? "a request in such an instance" : `${kind} ${quote(value)}`;
  const days = limits.statisticsAgeMs / 86_400_000;
  return new RequestError(
    "not-found",
    `nothing is known of ${what}: this server has seen none since it began, or in the last ${days} days`,
  );
}
