import { UsageError } from "../commands/flags.node.ts";
import { type Answer, ask } from "./ask.node.ts";
import { jsonOf, memberOf } from "./member-of.ts";

const PATIENCE_MS = 20_000;
const MAX_MESSAGE_LENGTH = 300;

/** Asks the cache what whoever has the token may do; the path names the instance. Throws `UsageError` where it is not let in. */
export async function mayStore(cache: URL, token: string): Promise<boolean> {
  const url = new URL("/build.bazel.remote.execution.v2.Capabilities/GetCapabilities", cache);
  const instanceName = instanceOf(cache);
  const answer = await ask(
    url,
    {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ instanceName }),
    },
    PATIENCE_MS,
  );
  const capabilities = memberOf(jsonOf(answer.text), "cacheCapabilities");
  if (capabilities === undefined) throw refusal(cache, answer);
  return (
    memberOf(memberOf(capabilities, "actionCacheUpdateCapabilities"), "updateEnabled") === true
  );
}

export function instanceOf({ pathname }: URL): string {
  return decodeURIComponent(pathname).replaceAll(/^\/+|\/+$/g, "");
}

/** Why not, in the server's words if it has some. */
function refusal(cache: URL, { status, text }: Answer): UsageError {
  const said = memberOf(jsonOf(text), "message");
  if (typeof said !== "string") {
    return new UsageError(`${cache.origin} does not answer as a cache does (HTTP ${status})`);
  }
  const reason = said.replaceAll(/[^ -~]/g, "").slice(0, MAX_MESSAGE_LENGTH);
  return new UsageError(`${cache.origin} refuses the token: ${reason}`);
}
