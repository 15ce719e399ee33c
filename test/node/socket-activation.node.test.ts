import { randomBytes } from "node:crypto";
import { mkdtempDisposable } from "node:fs/promises";
import { request } from "node:http";
import { request as secureRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import { countPassedSockets } from "../../functions/node/listening/passed-sockets.node.ts";
import { Health } from "../../shared/proto/gen/grpc/health/v1/health_pb.ts";
import { ActivatedHayloft, type ActivatedOptions } from "../support/activated-hayloft.node.ts";
import { blobFrom, blobOf } from "../support/blobs.ts";
import { runHayloft } from "./run-hayloft.node.ts";

/** Each request has a connection of its own, which nobody makes a second time. */
async function status(place: object, path: string, body?: Uint8Array): Promise<number> {
  return await new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "PUT";
    const asked = request({ ...place, path, method, agent: false }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode ?? 0));
    });
    asked.once("error", reject).end(body);
  });
}

/** Calls it again and again, until it is told to stop. */
class Caller {
  answered = 0;
  readonly wrong: unknown[] = [];
  readonly #done: Promise<void>;
  #isOver = false;

  constructor(call: () => Promise<number>) {
    this.#done = this.#run(call);
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#done;
  }

  async #run(call: () => Promise<number>): Promise<void> {
    while (!this.#isOver) {
      const answer = await call().catch((error: unknown) => error);
      if (answer === 200) this.answered += 1;
      else this.wrong.push(answer);
    }
  }
}

const ways: readonly (readonly [string, ActivatedOptions])[] = [
  ["one socket", { args: ["--size", "512MiB"] }],
  ["a socket for each thread", { args: ["--workers", "2", "--size", "512MiB"], sockets: 2 }],
];

test.for(ways)(
  "with %s, every request is answered while the server is restarted",
  async ([, options]) => {
    await using hayloft = await ActivatedHayloft.start(options);
    const { hostname, port } = new URL(`http://${hayloft.address}`);
    const place = { host: hostname, port };
    const blob = await blobOf(100_000, 1);
    const path = `/cas/${blob.digest.hash}`;
    expect(await status(place, path, blob.bytes)).toBe(200);
    const callers = Array.from({ length: 8 }, (_, index) => {
      if (index > 0) return new Caller(async () => await status(place, path));
      return new Caller(async () => {
        const other = randomBytes(1000);
        const { digest } = await blobFrom(other);
        return await status(place, `/cas/${digest.hash}`, other);
      });
    });
    for (let restarts = 0; restarts < 3; restarts++) {
      await hayloft.restart();
      const before = callers.map(({ answered }) => answered);
      const isServed = (): boolean =>
        callers.every(({ answered }, at) => answered > (before[at] ?? 0));
      await expect.poll(isServed).toBe(true);
    }
    for (const caller of callers) await caller.stop();
    expect(callers.flatMap(({ wrong }) => wrong)).toEqual([]);
  },
);

test("a build's connection over HTTP/2 is told of the end, and the next one is answered", async () => {
  await using hayloft = await ActivatedHayloft.start({ args: ["--size", "512MiB"] });
  const baseUrl = `http://${hayloft.address}`;
  for (let restarts = 0; restarts < 2; restarts++) {
    const health = createClient(Health, createGrpcTransport({ baseUrl }));
    expect(await health.check({})).toMatchObject({ status: 1 });
    await hayloft.restart();
    // Over the connection that it had, where that were still there.
    expect(await health.check({})).toMatchObject({ status: 1 });
  }
});

test("a unix socket can be passed, too, and stays what it is", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-passed-"));
  const path = join(folder.path, "a socket");
  await using hayloft = await ActivatedHayloft.start({ at: path, args: ["--store", "memory"] });
  expect(hayloft.output).toContain(`unix:${path}`);
  expect(await status({ socketPath: path }, "/healthz")).toBe(200);
  await hayloft.restart();
  expect(await status({ socketPath: path }, "/healthz")).toBe(200);
  expect(hayloft.output).toContain("Whoever can open the socket may read");
});

test("over IPv6, and with TLS, too", async () => {
  const [cert = "", key = ""] = ["cert", "key"].map(
    (name) => new URL(`fixtures/localhost.${name}.pem`, import.meta.url).pathname,
  );
  const args = ["--store", "memory", "--tls-cert", cert, "--tls-key", key];
  await using hayloft = await ActivatedHayloft.start({ at: "::1", args });
  expect(hayloft.address).toMatch(/^\[::1\]:\d+$/);
  expect(hayloft.output).toContain("Only this machine can reach it.");
  const { port } = new URL(`https://${hayloft.address}`);
  const answered = await new Promise<number | undefined>((resolve, reject) => {
    const place = { host: "::1", port, path: "/healthz", agent: false, rejectUnauthorized: false };
    secureRequest(place, ({ statusCode }) => resolve(statusCode))
      .once("error", reject)
      .end();
  });
  expect(answered).toBe(200);
});

test("sockets belong to the process that is named, which has to take them", async () => {
  expect(countPassedSockets({ LISTEN_PID: "7", LISTEN_FDS: "2" }, 7)).toBe(2);
  expect(countPassedSockets({ LISTEN_PID: "7", LISTEN_FDS: "2" }, 8)).toBe(0);
  expect(countPassedSockets({}, 7)).toBe(0);
  const { code, stderr } = await runHayloft(["serve", "--listen", "systemd"]);
  expect(code).toBe(2);
  expect(stderr).toContain("no socket was passed to this process");
});

test.for([
  [["--listen", "127.0.0.1:0"], 1, "a socket was passed to this process"],
  [
    ["--workers", "2"],
    1,
    "--workers 2 takes 2 sockets of one address, and this process was passed 1",
  ],
  [[], 2, "--workers 1 takes 1 sockets of one address, and this process was passed 2"],
] as const)("%j with %i sockets is refused", async ([args, sockets, reason]) => {
  const started = ActivatedHayloft.start({ args: [...args], sockets });
  await expect(started).rejects.toThrow(reason);
});
