import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { alertRules, prometheusRule } from "../monitoring/alert-rules.ts";
import { dashboard } from "../monitoring/dashboard.ts";
import { root } from "./project.node.ts";

/** What follows from the list of instruments, by path from the top. */
const made: ReadonlyMap<string, () => string> = new Map([
  ["infra/monitoring/gen/dashboard.json", () => `${JSON.stringify(dashboard(), undefined, 2)}\n`],
  ["infra/monitoring/gen/alert-rules.yaml", alertRules],
  ["infra/kubernetes/prometheus/gen/prometheus-rule.yaml", prometheusRule],
]);

export async function writeMonitoring(): Promise<void> {
  for (const [path, make] of made) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, make());
  }
}

/** The files that are not as they would be made now. */
export async function staleMonitoring(): Promise<readonly string[]> {
  const stale = await Promise.all(
    [...made].map(async ([path, make]) => {
      const text = await readFile(join(root, path), "utf8").catch(() => undefined);
      return text === make() ? [] : [path];
    }),
  );
  return stale.flat();
}
