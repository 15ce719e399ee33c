import { toJsonString } from "@bufbuild/protobuf";
import {
  GetStatisticsResponseSchema,
  ListStatisticsResponseSchema,
  Statistics,
} from "../../../shared/proto/gen/hayloft/v1/statistics_pb.ts";
import { cacheClient, told } from "../commands/cache-client.node.ts";
import type { StatsQuestion } from "./stats-flags.node.ts";
import { listLines, statisticsLines } from "./stats-lines.ts";

/** Asks a cache, and puts what it says into words, or JSON. Throws `UsageError`. */
export async function answerTo(
  question: StatsQuestion,
  cache: URL,
  token: string | undefined,
  asJson: boolean,
): Promise<string> {
  const client = cacheClient(Statistics, cache, token);
  const pretty = { prettySpaces: 2 };
  if (question.kind === "get") {
    const answer = await told(cache, client.getStatistics(question.request));
    if (asJson) return toJsonString(GetStatisticsResponseSchema, answer, pretty);
    return statisticsLines(answer).join("\n");
  }
  const answer = await told(cache, client.listStatistics(question.request));
  if (asJson) return toJsonString(ListStatisticsResponseSchema, answer, pretty);
  return listLines(answer).join("\n");
}
