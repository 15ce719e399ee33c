import { cp, mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { MIB } from "../support/bytes.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { LoadBalancer } from "../support/load-balancer.node.ts";
import { type LocalAws, startLocalAws } from "../support/local-aws.node.ts";
import { type Build, type Built, type Workspace, cleanBuild } from "./bazel.node.ts";
import { REMOTE_HIT, countByRunner, outputsOf } from "./execution-log.ts";
import { readyRoot } from "./ready-root.node.ts";
import { troublesIn } from "../support/logged.ts";

const targets = ["//absl/strings", "//absl/status:statusor", "//absl/container:flat_hash_map"];

/** Two servers over one bucket and one table, behind one address. */
class Replicas implements AsyncDisposable {
  readonly #aws: LocalAws;
  readonly #balancer: LoadBalancer;
  readonly #servers = new Map<string, Hayloft>();

  private constructor(aws: LocalAws, balancer: LoadBalancer) {
    this.#aws = aws;
    this.#balancer = balancer;
  }

  static async start(count: number): Promise<Replicas> {
    const replicas = new Replicas(await startLocalAws(), await LoadBalancer.start([]));
    for (let started = 0; started < count; started++) await replicas.#startOne();
    return replicas;
  }

  get address(): string {
    return this.#balancer.address;
  }

  /**
   * Replaces whichever server is in use after so much traffic, and again, until the build ends: by turns the server is told to stop,
   * and is killed, and another one takes its place. How often it did.
   */
  async replaceDuring(build: Promise<unknown>, bytesBetween: number): Promise<number> {
    const ended = build.then(
      () => true,
      () => true,
    );
    const isOver = async (event: Promise<void>): Promise<boolean> =>
      await Promise.race([ended, event.then(() => false)]);
    let replaced = 0;
    while (!(await isOver(this.#balancer.passed(bytesBetween)))) {
      const [address = ""] = this.#balancer.inUse;
      const server = this.#servers.get(address);
      if (server === undefined) continue;
      this.#balancer.targets.delete(address);
      const isKilled = replaced % 2 === 1;
      if (isKilled) await server.kill();
      const code = await server.stop();
      if (!isKilled && code !== 0) throw new Error(`${address} ended with ${code}`);
      this.#servers.delete(address);
      await this.#startOne();
      replaced += 1;
    }
    return replaced;
  }

  /** What the servers that run now have to complain about. */
  complaints(): readonly string[] {
    return [...this.#servers.values()].flatMap((server) => troublesIn(server.output()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#balancer[Symbol.asyncDispose]();
    for (const server of this.#servers.values()) await server.stop();
    await this.#aws[Symbol.asyncDispose]();
  }

  async #startOne(): Promise<void> {
    const server = await startHayloft(this.#aws);
    this.#servers.set(server.address, server);
    this.#balancer.targets.add(server.address);
  }
}

test("Bazel 7.7 builds Abseil while the servers it uses are replaced, and again from remote hits only", async ({
  annotate,
  skip,
}) => {
  const root = await readyRoot("sid", skip);
  await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-replicas-"));
  await cp(join(root, "src/abseil"), join(folder.path, "abseil"), { recursive: true });
  await using replicas = await Replicas.start(2);
  const abseil: Workspace = { root, folder: folder.path, path: "abseil" };
  const flags = [`--remote_cache=grpc://${replicas.address}`];
  const build = async (more: Build["flags"] = []): Promise<Built> => {
    const startMs = performance.now();
    const building = cleanBuild(abseil, { targets, flags: [...flags, ...more] });
    const [built, replaced] = await Promise.all([building, replicas.replaceDuring(building, MIB)]);
    const seconds = Math.round((performance.now() - startMs) / 1000);
    const counts = JSON.stringify(countByRunner(built.spawns));
    await annotate(`${counts} in ${seconds} s, while servers were replaced ${replaced} times`);
    // Once in each way.
    expect(replaced).toBeGreaterThanOrEqual(2);
    expect(built.complaints).toEqual([]);
    return built;
  };

  const cold = await build();
  const actions = cold.spawns.length;
  expect(actions).toBeGreaterThan(100);
  expect(countByRunner(cold.spawns)).not.toHaveProperty(REMOTE_HIT);

  const warm = await build(["--remote_download_outputs=all"]);
  expect(countByRunner(warm.spawns)).toEqual({ [REMOTE_HIT]: actions });
  expect(outputsOf(warm.spawns)).toEqual(outputsOf(cold.spawns));
  expect(replicas.complaints()).toEqual([]);
});
