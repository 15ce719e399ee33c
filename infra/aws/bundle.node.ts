import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** The programs of functions/aws. */
export type LambdaProgram = "main" | "sweep";

/** The folder of each program's bundle. */
export type Bundles = Readonly<Record<LambdaProgram, string>>;

const entries: Readonly<Record<LambdaProgram, URL>> = {
  main: new URL("../../functions/aws/main.node.ts", import.meta.url),
  sweep: new URL("../../functions/aws/sweep.node.ts", import.meta.url),
};

/** Where bundles go that nobody keeps. */
const cache = fileURLToPath(new URL("../../node_modules/.cache/lambda", import.meta.url));

/** What Lambda calls in a bundle. */
export const bundleHandler = "index.handler";

/** Makes one file of a program and all that it imports, the SDK included: Lambda's own copy changes without notice. Its folder. */
async function bundleProgram(program: LambdaProgram, into: string): Promise<string> {
  const folder = join(into, program);
  await build({
    entryPoints: [fileURLToPath(entries[program])],
    // It starts a little faster than a module, which would need help with packages that are CommonJS themselves.
    outfile: join(folder, "index.cjs"),
    format: "cjs",
    bundle: true,
    // Names stay, which costs nothing at the start: the log's stacks can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    platform: "node",
    target: "node24",
    // Packages come in both forms, and only modules can be thinned out.
    mainFields: ["module", "main"],
    legalComments: "none",
    logLevel: "warning",
  });
  return folder;
}

export async function bundleAll(into: string = cache): Promise<Bundles> {
  const [main, sweep] = await Promise.all([
    bundleProgram("main", into),
    bundleProgram("sweep", into),
  ]);
  return { main, sweep };
}
