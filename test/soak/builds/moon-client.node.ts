import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { moonOutputs, moonWorkspace } from "../../clients/moon-workspace.node.ts";
import type { BuildClient } from "./build-client.node.ts";

/** What it says of outputs that it has not made itself. */
const HIT = "cached from remote";

/** On a busy machine it goes on without its cache now and then, without asking and without a word. */
const MOST_RUNS = 4;

/** moon restores a task's outputs. */
export const moonClient: BuildClient = {
  name: "moon 2.5, one task",
  root: "moon",
  fits: () => true,
  prepare: async ({ folder, root, address, token, protocols }) => {
    const workspace = join(folder, "workspace");
    const [api = "http"] = protocols;
    const run = await moonWorkspace(workspace, { root, api, address, token });
    const forget = async (): Promise<void> => {
      await rm(join(workspace, "app/dist"), { recursive: true, force: true });
      await rm(join(workspace, ".moon/cache"), { recursive: true, force: true });
    };
    return async (number) => {
      await forget();
      await writeFile(join(workspace, "app/seed"), `${number}\n`);
      const outputs: string[] = [await run()];
      const made = await moonOutputs(workspace);
      const isHit = (): boolean => outputs.at(-1)?.includes(HIT) === true;
      for (let left = MOST_RUNS; left > 0 && !isHit(); left--) {
        await forget();
        outputs.push(await run());
      }
      return [
        ...outputs.filter((output) => output.includes("WARN")),
        ...(isHit() ? [] : [`no hit in round ${number}: ${outputs.at(-1) ?? ""}`]),
        ...(isDeepStrictEqual(await moonOutputs(workspace), made)
          ? []
          : [`other outputs in round ${number}`]),
      ];
    };
  },
};
