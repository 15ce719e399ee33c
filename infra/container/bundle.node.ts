// `node infra/container/bundle.node.ts`: makes the folder that an image is built from, and prints where it is.

import { copyFile, cp, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { root } from "../tools/project.node.ts";

/** Where it goes unless told. */
const cache = join(root, "node_modules", ".cache", "container");

/** What is started by its name, and so has to keep it: the program, and what its threads begin with. */
const programs: Readonly<Record<string, string>> = {
  main: "functions/node/main.node.ts",
  "thread-main": "functions/node/threads/thread-main.node.ts",
};

/** How the code names one: Node takes it from where the code is. */
const ownFile = /new URL\("(?<name>[^"]+)\.node\.ts", import\.meta\.url\)/g;

const renamedFiles: Plugin = {
  name: "renamed-files",
  setup: (building) =>
    building.onLoad({ filter: /[/\\](?:functions|shared)[/\\].*\.node\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      for (const [, name = ""] of text.matchAll(ownFile)) {
        if (!Object.hasOwn(programs, name))
          throw new Error(`${name} is missing in programs, for ${path}`);
      }
      const contents = text.replaceAll(ownFile, 'new URL("$<name>.js", import.meta.url)');
      return { contents, loader: "ts" };
    }),
};

const bundling = {
  absWorkingDir: root,
  entryPoints: programs,
  bundle: true,
  // Only the code of the command that runs is loaded, and what threads share is there once.
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node26",
  // Packages come in both forms, and only modules can be thinned out.
  mainFields: ["module", "main"],
  // Those that do not may ask for what Node has by its name.
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  plugins: [renamedFiles],
} satisfies BuildOptions;

/** The server without TypeScript and without packages, with what an image needs beside it. Gives the folder. */
export async function bundleServer(into: string = cache): Promise<string> {
  const program = join(into, "hayloft");
  await rm(program, { recursive: true, force: true });
  // As deep as in the repository, since the program looks for package.json from where it is.
  const { metafile } = await build({ ...bundling, outdir: join(program, "functions", "node") });
  for (const name of ["package.json", "LICENSE"]) {
    await copyFile(join(root, name), join(program, name));
  }
  const packages = new Set(Object.keys(metafile.inputs).flatMap(packageOf));
  for (const folder of packages) await copyNotices(folder, program);
  // An image has no command that could make a folder.
  await mkdir(join(into, "data"), { recursive: true });
  await copyFile(join(import.meta.dirname, "hayloft.dockerfile"), join(into, "Dockerfile"));
  return into;
}

/** The folder of the package that a file of a bundle is from. */
function packageOf(input: string): readonly string[] {
  const match = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
  return match === null ? [] : [match[0]];
}

/** What a package says of itself stays where scanners look for it, and its licence goes where its code goes. */
async function copyNotices(folder: string, program: string): Promise<void> {
  const names = await readdir(join(root, folder));
  for (const name of names) {
    if (!/^(?:package\.json$|licen[cs]e|notice)/i.test(name)) continue;
    await cp(join(root, folder, name), join(program, folder, basename(name)), { recursive: true });
  }
}

if (import.meta.main) process.stdout.write(`${await bundleServer()}\n`);
