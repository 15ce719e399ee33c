import { availableParallelism, cpus, release, totalmem, type } from "node:os";
import { GIB } from "./units.ts";

/** What a reader has to know of the machine. */
export function machineText(): string {
  const model = cpus()[0]?.model.trim() ?? "an unknown processor";
  const memory = Math.round(totalmem() / GIB);
  const system = `${type()} ${release().replace(/-.*/, "")}`;
  return `${availableParallelism()} cores of ${model}, ${memory} GiB, ${system}, Node ${process.versions.node}`;
}
