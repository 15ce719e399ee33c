import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { measureItem } from "../measure/measure-item.node.ts";
import type { MeasureOptions } from "../measure/measure-options.ts";
import { hayloft, type HayloftVariant } from "../servers/hayloft-server.node.ts";
import type { WorkItem } from "../work/work-item.node.ts";
import { type CpuProfile, type Frame, topFrames } from "./top-frames.ts";

const FRAMES = 15;

/** Where the server's time goes in a work item, its start and what it is filled with included. */
export async function profileItem(
  variant: HayloftVariant,
  work: WorkItem,
  options: MeasureOptions,
): Promise<readonly Frame[]> {
  const folder = join(options.folder, "profiles");
  const nodeFlags = ["--cpu-prof", "--cpu-prof-dir", folder];
  await measureItem([hayloft({ ...variant, nodeFlags })], work, { ...options, latencyWidths: [] });
  const files = await readdir(folder);
  const profiles = await Promise.all(
    files.map(async (name) => JSON.parse(await readFile(join(folder, name), "utf8")) as CpuProfile),
  );
  await rm(folder, { recursive: true });
  return topFrames(profiles, FRAMES);
}
