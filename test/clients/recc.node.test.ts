import { mkdtempDisposable, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startHayloft } from "../support/hayloft.node.ts";
import { runInChroot } from "./chroot.node.ts";
import { readyRoot } from "./ready-root.node.ts";
import { writeSources } from "./recc-sources.node.ts";

interface Compilation {
  readonly title: string;
  /** Run in the project's folder `work`. */
  readonly script: string;
  /** How many times it calls recc. */
  readonly calls: number;
  /** What the last call makes, from the project's folder. */
  readonly product: string;
}

const compilations: readonly Compilation[] = [
  {
    title: "compiles and links",
    script: `
      for name in main greet; do recc gcc -c ../src/$name.c -MD -o $name.o; done
      RECC_LINK=1 recc gcc main.o greet.o -o program
    `,
    calls: 3,
    product: "work/program",
  },
  {
    // The action result names its output `../out/greet.o`, which is no attempt to break out.
    title: "compiles into a folder beside the working directory",
    script: `
      export RECC_FORCE_REMOTE=1 RECC_OUTPUT_FILES_OVERRIDE=../out/greet.o RECC_DEPS_OVERRIDE=../src/greet.c
      recc gcc -c ../src/greet.c -o ../out/greet.o
    `,
    calls: 1,
    product: "out/greet.o",
  },
];

describe("recc in cache-only mode", () => {
  test.for(compilations)(
    "$title, and again from the cache alone",
    async ({ script, calls, product }, { skip }) => {
      const root = await readyRoot("sid", skip);
      await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-recc-"));
      await using hayloft = await startHayloft();
      await writeSources(folder.path);
      const compile = async (): Promise<{ output: string; made: Buffer }> => {
        const output = await runInChroot({
          root,
          folder: folder.path,
          env: {
            RECC_SERVER: hayloft.url,
            RECC_INSTANCE: "team",
            RECC_CACHE_ONLY: "1",
            RECC_CACHE_UPLOAD_LOCAL_BUILD: "1",
            RECC_PROJECT_ROOT: "/mnt",
            RECC_LOG_LEVEL: "info",
          },
          script: `rm -rf work out; mkdir work out; cd work; ${script}`,
          timeoutMs: 60_000,
        });
        return { output, made: await readFile(join(folder.path, product)) };
      };

      const first = await compile();
      expect(count(first.output, "Action Cache hit")).toBe(0);
      expect(count(first.output, "Action cache updated")).toBe(calls);

      const second = await compile();
      expect(count(second.output, "Action Cache hit")).toBe(calls);
      expect(count(second.output, "executing locally")).toBe(0);
      expect(second.made).toEqual(first.made);
    },
  );
});

function count(output: string, words: string): number {
  return output.split(words).length - 1;
}
