import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, it } from "vitest";
import { serveFlags, variableOf } from "../../functions/node/options/serve-flags.node.ts";
import { bundleServer } from "../../infra/container/bundle.node.ts";
import { limits } from "../../shared/limits.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { manifest } from "../tidy/manifest.node.ts";
import { read, root } from "../tidy/repository.node.ts";
import { dockerfile } from "./dockerfile.node.ts";
import { canMakeRoots, processStatus, startInRoot } from "./image-root.node.ts";

let folder: string;
beforeAll(async () => {
  folder = await bundleServer(await mkdtemp(join(tmpdir(), "hayloft-image-")));
});
afterAll(async () => await rm(folder, { recursive: true }));

/** Where the image has the program, as in the folder that it is built from. */
const programFolder = dockerfile.only("WORKDIR").slice(1);

describe("the program in the image", () => {
  it("is there with everything that the Dockerfile copies", async ({ expect }) => {
    const copied = dockerfile
      .all("COPY")
      .filter((text) => !text.includes("--from="))
      .map((text) => text.replaceAll(/--\S+ /g, "").split(" "));
    expect(copied).toEqual([
      ["hayloft", "/hayloft"],
      ["data", "/data"],
    ]);
    expect((await readdir(folder)).toSorted()).toEqual(["Dockerfile", "data", "hayloft"]);
    expect(await readdir(join(folder, "data"))).toEqual([]);
    const [node = "", main = ""] = JSON.parse(dockerfile.only("ENTRYPOINT")) as string[];
    expect(existsSync(join(folder, programFolder, main))).toBe(true);
    expect(dockerfile.all("COPY")).toContain(`--from=node ${node} ${node}`);
  });

  it("serves by itself, with threads and without packages", async ({ expect }) => {
    await using server = await startHayloft({
      main: join(folder, programFolder, "functions", "node", "main.js"),
      args: ["--size", "512MiB", ...(process.platform === "linux" ? ["--workers", "2"] : [])],
    });
    expect(await keepsAndGives(server.url)).toEqual([200, "hello"]);
    expect(await server.stop()).toBe(0);
  });

  it("knows its version", async ({ expect }) => {
    const main = join(folder, programFolder, "functions", "node", "main.js");
    const { stdout } = await promisify(execFile)(process.execPath, [main, "--version"]);
    expect(read("package.json")).toContain(`"version": "${stdout.replace("hayloft", "").trim()}"`);
  });

  it("has the licences of what is bundled in it, and no second copy of the code", async ({
    expect,
  }) => {
    for (const name of Object.keys(manifest.dependencies)) {
      const installed = await readdir(join(root, "node_modules", name));
      const notices = installed.filter((file) => /^(?:package\.json|licen[cs]e.*)$/i.test(file));
      const kept = await readdir(join(folder, programFolder, "node_modules", name));
      expect(kept, name).toEqual(notices);
    }
  });
});

describe("the Dockerfile", () => {
  it("takes the Node that the tests run", ({ expect }) => {
    expect(dockerfile.all("ARG")).toEqual([`NODE_VERSION=${read(".node-version").trim()}`]);
  });

  it("nobody in it is root, by number", ({ expect }) => {
    expect(dockerfile.only("USER")).toMatch(/^[1-9]\d+:[1-9]\d+$/);
    expect(dockerfile.all("COPY").at(-1)).toContain(`--chown=${dockerfile.only("USER")}`);
  });

  it("needs no shell", ({ expect }) => {
    expect(dockerfile.all("RUN")).toEqual([]);
    for (const name of ["ENTRYPOINT", "CMD"]) expect(dockerfile.only(name)).toMatch(/^\["/);
  });

  it("says nothing to the server that it does not know", ({ expect }) => {
    const known = serveFlags.map(({ name }) => variableOf(name));
    expect(known).toEqual(expect.arrayContaining(Object.keys(dockerfile.environment)));
    const { HAYLOFT_LISTEN: listen, HAYLOFT_DATA: data } = dockerfile.environment;
    expect(listen).toBe(`:${dockerfile.only("EXPOSE")}`);
    expect(JSON.parse(dockerfile.only("VOLUME"))).toEqual([data]);
  });
});

describe.skipIf(!canMakeRoots)("the image's files as a root (needs Linux and root)", () => {
  it("it starts, serves and stops where nothing but its data can be written, as nobody special", async ({
    expect,
  }) => {
    await using server = await startInRoot(folder);
    expect(await keepsAndGives(server.url)).toEqual([200, "hello"]);
    const { uid, capabilities, rootIsReadOnly } = await processStatus(server.pid);
    expect({ uid, capabilities, rootIsReadOnly }).toEqual({
      uid: Number(dockerfile.only("USER").split(":")[0]),
      capabilities: 0n,
      rootIsReadOnly: true,
    });
    const stopping = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - stopping).toBeLessThan(limits.drainMs);
  });
});

/** The status of an upload, and what a download then has. */
async function keepsAndGives(url: string): Promise<readonly [number, string]> {
  const hash = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
  const put = await fetch(`${url}/cas/${hash}`, { method: "PUT", body: "hello" });
  const got = await fetch(`${url}/cas/${hash}`);
  return [put.status, await got.text()];
}
