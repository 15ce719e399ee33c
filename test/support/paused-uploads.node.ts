import type { Hayloft } from "./hayloft.node.ts";

/** How many uploads that broke off wait for their clients, by the server's metrics. */
export async function pausedUploads({ url }: Pick<Hayloft, "url">): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const count = /^hayloft_uploads\{state="paused"\} (?<count>\d+)$/m.exec(text)?.groups?.["count"];
  if (count === undefined) throw new Error("the metrics do not say how many uploads wait");
  return Number(count);
}
