import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, it } from "vitest";
import { bundleAll } from "../../infra/aws/bundle.node.ts";
import { MIB } from "../support/bytes.ts";

const folder = fileURLToPath(new URL("../../infra/aws", import.meta.url));
const { app } = JSON.parse(await readFile(join(folder, "cdk.json"), "utf8")) as { app: string };

describe("the bundles", () => {
  it("are small, since every start of a function loads one", async ({ expect, onTestFinished }) => {
    const into = await mkdtemp(join(tmpdir(), "hayloft-bundles-"));
    onTestFinished(async () => await rm(into, { recursive: true }));
    const { main, sweep } = await bundleAll(into);
    for (const bundle of [main, sweep]) {
      const { size } = await stat(join(bundle, "index.cjs"));
      expect(size).toBeLessThan(1.5 * MIB);
    }
  });
});

describe("cdk.json", () => {
  it("makes every stack, as the cdk command runs it, without a network or an account", async ({
    expect,
    onTestFinished,
  }) => {
    const outdir = await mkdtemp(join(tmpdir(), "hayloft-cdk-"));
    onTestFinished(async () => await rm(outdir, { recursive: true }));
    const [program = "", ...args] = app.split(" ");
    expect(program).toBe("node");
    const context = { certificateArn: "arn:aws:acm:us-east-1:111122223333:certificate/example" };
    const { stderr } = await promisify(execFile)(process.execPath, args, {
      cwd: folder,
      env: { CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) },
    });
    expect(stderr).toBe("");
    const manifest = JSON.parse(await readFile(join(outdir, "manifest.json"), "utf8")) as {
      artifacts: Record<string, { type: string }>;
    };
    const stacks = Object.entries(manifest.artifacts).filter(
      ([, { type }]) => type === "aws:cloudformation:stack",
    );
    expect(stacks.map(([name]) => name).toSorted()).toEqual([
      "hayloft-functions",
      "hayloft-service",
      "hayloft-storage",
    ]);
  });
});
