import { createHash } from "node:crypto";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { readOptions } from "../../functions/node/options/options.node.ts";
import { ServerThread } from "../../functions/node/threads/server-thread.node.ts";
import { nothingTold } from "../../functions/node/threads/thread-questions.ts";
import { openFolder, temporaryFolder } from "../disk/folder.node.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { runHayloft } from "./run-hayloft.node.ts";

/** Connections enough that each of the workers gets some. */
const CONNECTIONS = 32;

function blobOf(index: number): { bytes: Buffer; hash: string } {
  const bytes = Buffer.alloc(1000 + 100_000 * (index % 2), `blob ${index}`);
  return { bytes, hash: createHash("sha256").update(bytes).digest("hex") };
}

/** Asks on a connection of its own. */
async function ask(url: string, method: "GET" | "PUT", body?: Buffer): Promise<[number, string]> {
  const agent = new Agent({ keepAlive: false });
  const answer = Promise.withResolvers<[number, string]>();
  request(url, { method, agent }, (response) => {
    const { statusCode = 0 } = response;
    text(response).then((content) => answer.resolve([statusCode, content]), answer.reject);
  })
    .on("error", answer.reject)
    .end(body);
  return await answer.promise;
}

/** Other systems let no threads share a port. */
describe.skipIf(process.platform !== "linux")("--workers", () => {
  test("what one worker takes, every other one has", async () => {
    await using server = await startHayloft({ args: ["--workers", "3"] });
    const indexes = Array.from({ length: CONNECTIONS }, (_, index) => index);
    const put = indexes.map(async (index) => {
      const { bytes, hash } = blobOf(index);
      return (await ask(`${server.url}/cas/${hash}`, "PUT", bytes))[0];
    });
    expect(new Set(await Promise.all(put))).toEqual(new Set([200]));
    const got = indexes.map(async (index) => {
      const { bytes, hash } = blobOf(index);
      const [status, body] = await ask(`${server.url}/cas/${hash}`, "GET");
      return status === 200 && body === bytes.toString();
    });
    expect(new Set(await Promise.all(got))).toEqual(new Set([true]));
    expect(await server.stop()).toBe(0);
  });

  test("/metrics counts what all workers do, whichever is asked", async () => {
    await using server = await startHayloft({ args: ["--workers", "2"] });
    const lookups = async (): Promise<number> => {
      const [, metrics] = await ask(`${server.url}/metrics`, "GET");
      return Number(
        /^hayloft_map_lookups_total\{store="blobs"\} (?<sum>\d+)$/m.exec(metrics)?.groups?.["sum"],
      );
    };
    const before = await lookups();
    for (let index = 0; index < CONNECTIONS; index++) {
      await ask(`${server.url}/cas/${blobOf(index).hash}`, "GET");
    }
    expect((await lookups()) - before).toBe(CONNECTIONS);
  });

  test("what workers took is there after a restart", async () => {
    const data = await temporaryFolder();
    const { bytes, hash } = blobOf(1);
    for (const method of ["PUT", "GET"] as const) {
      await using server = await startHayloft({ args: ["--workers", "2"], data });
      const body = method === "PUT" ? bytes : undefined;
      const [status] = await ask(`${server.url}/cas/${hash}`, method, body);
      expect([status, await server.stop()]).toEqual([200, 0]);
    }
  });

  test.each([
    ["0", "give a number"],
    ["many", "give a number"],
  ])("--workers %s is refused", async (workers, remedy) => {
    const { code, stderr } = await runHayloft(["serve", "--workers", workers]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(remedy)]);
  });

  test("workers are refused where each would have a store of its own", async () => {
    const { code, stderr } = await runHayloft(["serve", "--workers", "2", "--store", "memory"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("--store disk")]);
  });

  test("a port that another server's workers share is refused", async () => {
    await using server = await startHayloft({ args: ["--workers", "2"] });
    const data = await temporaryFolder();
    const flags = ["--listen", server.address, "--workers", "2", "--data", data];
    const { code, stderr } = await runHayloft(["serve", ...flags]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("is in use")]);
  });

  test("a worker that ends by itself is a failure of the server", async () => {
    const folder = await temporaryFolder();
    await using stores = await openFolder(folder);
    const share = stores.share();
    const options = readOptions({ data: folder, listen: "127.0.0.1:0", workers: "2" });
    const lost = { ...share, blobs: { ...share.blobs, blocks: join(folder, "elsewhere") } };
    const thread = new ServerThread({ options, port: 0, tls: undefined, share: lost }, () =>
      Promise.resolve(nothingTold),
    );
    await expect(thread.listening()).rejects.toThrow("elsewhere");
    await expect(thread.failure).rejects.toThrow("elsewhere");
  });
});
