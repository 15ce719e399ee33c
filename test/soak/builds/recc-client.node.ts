import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runInChroot } from "../../clients/chroot.node.ts";
import { writeSources } from "../../clients/recc-sources.node.ts";
import { OPEN_INSTANCE } from "../shapes/access.node.ts";
import type { BuildClient } from "./build-client.node.ts";

/** Calls of the compiler in each build. */
const CALLS = 3;

/** recc sends tokens over TLS alone, and so comes without one. */
export const reccClient: BuildClient = {
  name: "recc, a small C program",
  root: "sid",
  fits: ({ ways }) => ways.protocols.includes("grpc"),
  prepare: async ({ folder, root, address }) => {
    await writeSources(folder);
    return async (number) => {
      const build = async (): Promise<{ hits: number; program: Buffer }> => {
        const output = await runInChroot({
          root,
          folder,
          env: {
            RECC_SERVER: `http://${address}`,
            RECC_INSTANCE: `${OPEN_INSTANCE}/recc`,
            RECC_CACHE_ONLY: "1",
            RECC_CACHE_UPLOAD_LOCAL_BUILD: "1",
            RECC_PROJECT_ROOT: "/mnt",
            RECC_LOG_LEVEL: "info",
          },
          script: `
            rm -rf work; mkdir work; cd work
            flags="-DHAYLOFT_SOAK=${number}"
            for name in main greet; do recc gcc $flags -c ../src/$name.c -MD -o $name.o; done
            RECC_LINK=1 recc gcc $flags main.o greet.o -o program
          `,
          timeoutMs: 120_000,
        });
        const hits = output.split("Action Cache hit").length - 1;
        return { hits, program: await readFile(join(folder, "work/program")) };
      };
      const first = await build();
      const again = await build();
      return [
        ...(again.hits < CALLS ? [`${again.hits} hits of ${CALLS} in round ${number}`] : []),
        ...(again.program.equals(first.program) ? [] : [`another program in round ${number}`]),
      ];
    };
  },
};
