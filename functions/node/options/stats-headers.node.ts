import { limits } from "../../../shared/limits.ts";
import { mistake } from "./flag-mistake.node.ts";

/** Whose values are credentials, which no statistics may tell: the usual ones, and whatever is called like one. */
const secretHeaders = /authorization|cookie|token|secret|password|api-?key|signature/;

/** The headers that `--stats-header` names, in lower case. Throws `UsageError`. */
export function readStatsHeaders(text: string | undefined): readonly string[] {
  const names = [...new Set(text?.toLowerCase().split(",") ?? [])];
  for (const name of names) checkName(name, text ?? "");
  if (names.length <= limits.statisticsHeaders) return names;
  throw mistake("stats-header", text ?? "", `give at most ${limits.statisticsHeaders} names`);
}

/** Throws `UsageError`. */
function checkName(name: string, text: string): void {
  if (!/^[a-z0-9_-]+$/.test(name)) {
    throw mistake("stats-header", text, "give names of headers, as x-ci-job,x-team");
  }
  if (secretHeaders.test(name)) {
    throw mistake("stats-header", text, `${name} holds credentials; give another header`);
  }
}
