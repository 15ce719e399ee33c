import { describe, expect, test } from "vitest";
import { heldBytes, planOf } from "../../functions/node/sizing/plan.ts";
import { parseReading } from "../../functions/node/sizing/reading.ts";
import { instruments } from "../../shared/telemetry/instruments.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { ScriptedServer } from "../support/scripted-server.node.ts";
import { newToken } from "../support/tokens.node.ts";
import { type Ended, runHayloft } from "./run-hayloft.node.ts";

const GIB = 1024 ** 3;
const DAY = 86_400;

/** The numbers that sizes follow from, the same for both stores. */
interface Numbers {
  readonly retention?: number;
  readonly attempts?: number;
  readonly overflows?: number;
  readonly storedBlobs?: number;
  readonly storedBytes?: number;
  readonly uptime?: number;
}

/** What a server with 100 GiB of blobs and as much of action results says. */
function metricsOf(numbers: Numbers): string {
  const { storeUsedBytes, storeSizeBytes, storeRetentionSeconds, lookups, entryBytes } =
    instruments;
  const both = (name: string, value: number): string =>
    `# TYPE ${name}\n${name}{store="blobs"} ${value}\n${name}{store="actions"} ${value}\n`;
  return [
    both(storeUsedBytes.name, 100 * GIB),
    both(storeSizeBytes.name, 100 * GIB),
    both(storeRetentionSeconds.name, numbers.retention ?? 0),
    both(instruments.mapLookups.name, 1000),
    both(instruments.mapAttempts.name, numbers.attempts ?? 2000),
    both(instruments.mapOverflows.name, numbers.overflows ?? 0),
    `${lookups.name}{store="cas",verb="put",instance_name="a \\"}b",result="miss"} ${numbers.storedBlobs ?? 0}\n`,
    `${lookups.name}{store="cas",verb="put",instance_name="",result="hit"} 999999999\n`,
    `${entryBytes.name}{store="cas",verb="put",instance_name=""} ${numbers.storedBytes ?? 0}\n`,
    `${instruments.startTime.name} ${Date.now() / 1000 - (numbers.uptime ?? DAY)}\n`,
  ].join("");
}

/** What the command says of a server that tells one of these, and the last of them from then on. */
async function sizingOf(metrics: readonly string[], ...args: readonly string[]): Promise<string> {
  await using server = await ScriptedServer.start((_, response, before) => {
    response.end(metrics[before] ?? metrics.at(-1));
  });
  const { code, stdout, stderr } = await runHayloft(["sizing", server.url, ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

describe("hayloft sizing, from a server", () => {
  test("that keeps things for long enough, leaves it as it is", async () => {
    const said = await sizingOf([metricsOf({ retention: 8 * DAY })], "--keep", "7d");
    expect(said).toContain("100 GiB of 100 GiB in use; what nobody uses is kept for 8 days\n");
    expect(said).toContain("to keep it for 7 days takes 87.5 GiB: 100 GiB in 8 days\n");
    expect(said).toMatch(/it is large enough: leave it as it is\n$/);
  });

  test("that gives things up too soon, wants it larger by as much", async () => {
    const said = await sizingOf([metricsOf({ retention: 3.5 * DAY })], "--keep", "7d");
    expect(said).toContain("to keep it for 7 days takes 200 GiB: 100 GiB in 3.5 days\n");
    const size = Number(/give it --size (\d+)GiB, the first time with --reformat/.exec(said)?.[1]);
    expect(heldBytes(planOf(size * GIB, {}).actions)).toBeGreaterThanOrEqual(200 * GIB);
  });

  test("whose index drops entries, wants the average that its blobs have", async () => {
    const small = { retention: 8 * DAY, overflows: 1234, storedBlobs: 10_000, storedBytes: 8e7 };
    const said = await sizingOf([metricsOf(small)]);
    expect(said).toContain("1,234 entries dropped before their time: too small\n");
    expect(said).toMatch(/--geometry average=8000, the first time/);
    const unknown = await sizingOf([metricsOf({ ...small, storedBlobs: 10 })]);
    expect(unknown).toContain(
      "the server's log says which --geometry makes the index large enough",
    );
  });

  test("whose index is crowded, says so before it drops entries", async () => {
    const said = await sizingOf([metricsOf({ retention: 8 * DAY, attempts: 4000 })]);
    expect(said).toContain("4.00 slots for each look-up, some 75 % are taken;");
    expect(said).toContain("0 entries dropped before their time: too small\n");
  });

  test("that was never full, goes by what was written since it started", async () => {
    const metrics = metricsOf({ uptime: 2 * DAY, storedBytes: 50 * GIB });
    const said = await sizingOf([metrics], "--keep", "7d");
    expect(said).toContain("it has not been full yet\n");
    expect(said).toContain("takes 210 GiB: 50 GiB written in 2 days, x 1.2 for copies");
    expect(said).toContain("give it --size ");
  });

  test("that has just started, does not guess, unless it may watch", async () => {
    const before = metricsOf({ uptime: 60, storedBytes: 50 * GIB });
    const after = metricsOf({ uptime: 60, storedBytes: 50 * GIB + 1024 ** 2 });
    expect(await sizingOf([before])).toMatch(/nothing speaks against its size so far: ask again/);
    const said = await sizingOf([before, after], "--keep", "1d", "--for", "1s");
    expect(said).toContain("takes 101 GiB: 1 MiB written in 1 s, x 1.2");
  });

  test("asks as whoever has the token, and says who is not let in", async () => {
    const { token } = newToken("sizing");
    await using server = await ScriptedServer.start((request, response) => {
      const isKnown = request.headers.authorization === `Bearer ${token}`;
      response.writeHead(isKnown ? 200 : 401).end(metricsOf({ retention: 8 * DAY }));
    });
    const ask = async (env: Record<string, string>): Promise<Ended> =>
      await runHayloft(["sizing", server.url], env);
    expect((await ask({ HAYLOFT_TOKEN: token })).code).toBe(0);
    const { code, stderr } = await ask({});
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `hayloft: ${server.url} lets nobody read its metrics without a token that it knows\n`,
    });
  });
});

describe("hayloft sizing, from a server of ours", () => {
  test("finds in its metrics what the arithmetic says", async () => {
    await using server = await startHayloft({ args: ["--size", "1GiB"] });
    const metrics = await fetch(`${server.url}/metrics`);
    const plan = planOf(GIB, {});
    expect(parseReading(await metrics.text())).toMatchObject({
      blobs: { sizeBytes: heldBytes(plan.blobs), retentionSeconds: 0 },
      actions: { sizeBytes: heldBytes(plan.actions) },
    });
    const { code, stdout } = await runHayloft(["sizing", server.url]);
    expect(code).toBe(0);
    expect(stdout).toContain("blobs: 0 B of 754 MiB in use; it has not been full yet\n");
  });

  test("counts what is stored, and not what was there", async () => {
    await using server = await startHayloft({ args: ["--size", "1GiB"] });
    const name = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    for (const _ of [1, 2]) {
      await fetch(`${server.url}/cas/${name}`, { method: "PUT", body: "hello" });
    }
    const metrics = await fetch(`${server.url}/metrics`);
    const reading = parseReading(await metrics.text());
    expect(reading).toMatchObject({ storedBlobs: 1, storedBytes: 5 });
    expect(Math.abs((reading?.startedSeconds ?? 0) - Date.now() / 1000)).toBeLessThan(60);
  });

  test("that keeps nothing on a disk, says that there is nothing to tell", async () => {
    await using server = await startHayloft({ args: ["--store", "memory"] });
    const { code, stderr } = await runHayloft(["sizing", server.url]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/tells of no disk store \(HTTP 200\); give numbers instead/);
  });
});
