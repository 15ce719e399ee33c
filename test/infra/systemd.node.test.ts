import { execFile, spawnSync } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, it } from "vitest";
import { readFlags } from "../../functions/node/commands/flags.node.ts";
import { checkServe } from "../../functions/node/config/check-serve.node.ts";
import {
  configFlag,
  type Flag,
  serveFlags,
  variableOf,
} from "../../functions/node/options/serve-flags.node.ts";
import { limits } from "../../shared/limits.ts";
import { files, read, root } from "../tidy/repository.node.ts";
import { Unit } from "./systemd-units.node.ts";

const folder = join(root, "infra", "systemd");
const service = new Unit("hayloft.service");
const socket = new Unit("hayloft.socket");
const dropIns = files
  .filter((path) => path.startsWith("infra/systemd/drop-ins/"))
  .map((path) => path.slice("infra/systemd/".length));

describe("the service", () => {
  const [node = "", main = "", command = "", ...args] = service
    .only("Service", "ExecStart")
    .split(/\s+/);
  const { values } = readFlags<Flag | "config">(args, [configFlag, ...serveFlags]);

  it("runs what the image has, from where the README puts it", ({ expect }) => {
    expect([node, main, command]).toEqual([
      "/opt/hayloft/node",
      "/opt/hayloft/functions/node/main.js",
      "serve",
    ]);
  });

  it("listens where the socket does, and keeps its data where it may write", ({ expect }) => {
    expect(values.listen).toBe("systemd");
    expect(service.only("Unit", "Requires")).toBe("hayloft.socket");
    expect(values.data).toBe(`%S/${service.only("Service", "StateDirectory")}`);
    expect(socket.all("Socket", "ListenStream")).toEqual(["8980"]);
    expect(socket.all("Socket", "Accept")).toEqual([]);
  });

  it("has the time to stop that it may take, and to make safe what it has written", ({
    expect,
  }) => {
    const stopMs = limits.drainMs + limits.lastWordMs + limits.lingerMs + limits.checkpointMs;
    expect(Number(service.only("Service", "TimeoutStopSec")) * 1000).toBeGreaterThan(stopMs);
  });

  it("may have as many files open as there may be connections, and more", ({ expect }) => {
    const most = Number(service.only("Service", "LimitNOFILE"));
    expect(most).toBeGreaterThan(4 * limits.connections);
  });

  it("may run code that it makes, as V8 has to", ({ expect }) => {
    expect(service.all("Service", "MemoryDenyWriteExecute")).toEqual([]);
  });

  it("would start with the example of its configuration, and let nobody in", async ({ expect }) => {
    const { listen: _, data: __, config = "", ...others } = values;
    expect(config).toBe("/etc/hayloft/hayloft.jsonc");
    const file = join(folder, "hayloft.jsonc");
    const line = { values: { ...others, config: file }, every: { config: [file] } };
    const sources = await checkServe(line, { HAYLOFT_LISTEN: ":8980" });
    expect(sources.get(file)).toEqual(["size", "access"]);
  });
});

describe.for(dropIns)("%s", (file) => {
  it("says nothing to the server that it does not know", ({ expect }) => {
    const known = serveFlags.map(({ name }) => variableOf(name));
    expect(known).toEqual(expect.arrayContaining([...new Unit(file).variables.keys()]));
  });

  it("takes only credentials that it hands over", ({ expect }) => {
    const unit = new Unit(file);
    const given = unit
      .all("Service", "LoadCredential")
      .map((credential) => `%d/${credential.split(":")[0]}`);
    const taken = [...unit.variables.values()].filter((value) => value.startsWith("%d/"));
    expect(taken).toEqual(given);
  });
});

/** Older ones know neither `--offline` nor all of the settings. */
const { stdout: said } = spawnSync("systemd-analyze", ["--version"], { encoding: "utf8" });
const version = Number(/^systemd (?<number>\d+)/.exec(said)?.groups?.["number"] ?? 0);

/** What units are ordered by, and every system has. */
const targets = ["basic", "multi-user", "network-online", "shutdown", "sockets", "sysinit"];

describe.skipIf(version < 252)("systemd-analyze (needs version 252)", () => {
  it.for([
    { what: "the units", added: [] },
    { what: "the units with all drop-ins", added: dropIns },
  ])("has nothing against $what", async ({ added }, { expect }) => {
    await using made = await systemRoot(added);
    const { stderr } = await promisify(execFile)("systemd-analyze", [
      `--root=${made.path}`,
      "verify",
      "hayloft.service",
      "hayloft.socket",
    ]);
    expect(stderr).toBe("");
  });

  it("finds hardly anything that the service could still be kept from", async () => {
    // Of 100: units without any of this have 96. It fails above.
    const most = "--threshold=15";
    const unit = join(folder, "hayloft.service");
    await promisify(execFile)("systemd-analyze", ["security", "--offline=true", most, unit]);
  });
});

/** A root with the units, drop-ins and the programs that they name. */
async function systemRoot(
  added: readonly string[],
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "hayloft-systemd-"));
  const units = join(path, "etc", "systemd", "system");
  for (const name of ["hayloft.service", "hayloft.socket"]) {
    await cp(join(folder, name), join(units, name));
  }
  for (const name of added) {
    const [kind = ""] =
      /\w+\.(?:service|socket)(?=\.d\/)/.exec(read(`infra/systemd/${name}`)) ?? [];
    await cp(join(folder, name), join(units, `${kind}.d`, name.replace("drop-ins/", "")));
  }
  for (const name of targets) await writeFile(join(units, `${name}.target`), "[Unit]\n");
  for (const program of ["opt/hayloft/node", "bin/kill"]) {
    await mkdir(join(path, program, ".."), { recursive: true });
    await writeFile(join(path, program), "");
    await chmod(join(path, program), 0o755);
  }
  return { path, [Symbol.asyncDispose]: async () => await rm(path, { recursive: true }) };
}
