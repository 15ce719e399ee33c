import { create, toBinary } from "@bufbuild/protobuf";
import { describe, it } from "vitest";
import { MemoryActionStore } from "../../shared/adapters/memory/memory-action-store.ts";
import { MemoryPurgeStore } from "../../shared/adapters/memory/memory-purge-store.ts";
import { everyInstance, parseGlob } from "../../shared/digest/instance-glob.ts";
import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import { limits } from "../../shared/limits.ts";
import { ActionResultSchema } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { PurgeService, type PurgeWish } from "../../shared/services/purge-service.ts";
import type { Call } from "../../shared/stores/call.ts";
import { anonymous } from "../support/principals.ts";
import { purgedActions } from "../../shared/stores/decorators/purged-actions.ts";
import { type KeptPurges, PurgeList } from "../../shared/stores/purge-list.ts";
import type { PurgeStore } from "../../shared/stores/purge-store.ts";
import { StoreError } from "../../shared/stores/store-error.ts";
import { absentDigest } from "../support/blobs.ts";
import { MIB } from "../support/bytes.ts";
import { createCache, type TestCache } from "../support/cache.ts";
import { callFor } from "../support/calls.ts";
import { ManualClock } from "../support/clock.ts";

const MINUTE_MS = 60_000;
const admin = { ...anonymous, subject: "an admin" };
const { signal } = callFor();

const action = { ...absentDigest(1), sizeBytes: 100 };
const other = { ...absentDigest(2), sizeBytes: 100 };

function by(subject: string, instanceName = "main"): Call {
  return { ...callFor(instanceName), principal: { ...anonymous, subject } };
}

async function write(cache: TestCache, call: Call, key = action, exitCode = 0): Promise<void> {
  const result = create(ActionResultSchema, { exitCode });
  await cache.actions.put(key, result, toBinary(ActionResultSchema, result), call);
}

async function purge(cache: TestCache, wish: Partial<PurgeWish> = {}): Promise<void> {
  await cache.purges.purge({ instances: everyInstance, ...wish }, admin, signal);
}

async function isServed(cache: TestCache, instanceName = "main", key = action): Promise<boolean> {
  return (await cache.actions.get(key, callFor(instanceName))) !== undefined;
}

describe("an action result", () => {
  it("knows who wrote it, when, and by which build", async ({ expect }) => {
    const cache = createCache();
    const client = () => ({ toolName: "bazel", toolVersion: "8", invocationId: "a-build" });
    await write(cache, { ...by("ci"), client });
    const described = await cache.purges.describe(action, callFor("main"));
    expect(described?.entry.provenance).toEqual({
      subject: "ci",
      writtenMs: cache.clock.now(),
      toolName: "bazel",
      invocationId: "a-build",
    });
    expect(await cache.purges.describe(other, callFor("main"))).toBeUndefined();
  });

  it("of a writer with a long name goes with all that this one wrote", async ({ expect }) => {
    const cache = createCache();
    const subject = "é".repeat(limits.subjectLength + 1);
    await write(cache, by(subject));
    await purge(cache, { subject });
    expect(await isServed(cache)).toBe(false);
  });
});

describe("a purge", () => {
  it("of everything leaves what is written afterwards", async ({ expect }) => {
    const cache = createCache();
    await write(cache, by("ci"));
    await write(cache, by("ci", ""));
    await purge(cache);
    expect([await isServed(cache), await isServed(cache, "")]).toEqual([false, false]);
    cache.clock.advance(1);
    await write(cache, by("ci"));
    expect([await isServed(cache), await isServed(cache, "")]).toEqual([true, false]);
  });

  it.for([
    ["main", { main: false, "main/pr-1": true, mainly: true, "": true }],
    ["main/**", { main: false, "main/pr-1": false, mainly: true, "": true }],
    ["", { main: true, "main/pr-1": true, mainly: true, "": false }],
    ["**", { main: false, "main/pr-1": false, mainly: false, "": false }],
  ] as const)("of the instances %o reaches no others", async ([glob, expected], { expect }) => {
    const cache = createCache();
    for (const name of Object.keys(expected)) await write(cache, by("ci", name));
    await purge(cache, { instances: parseGlob(glob) });
    const served: Record<string, boolean> = {};
    for (const name of Object.keys(expected)) served[name] = await isServed(cache, name);
    expect(served).toEqual(expected);
  });

  it("of one writer leaves what others wrote, in its place as well", async ({ expect }) => {
    const cache = createCache();
    await write(cache, by("ci"));
    await write(cache, by("ci"), other);
    await write(cache, by("somebody"), other);
    await purge(cache, { subject: "ci" });
    expect([await isServed(cache), await isServed(cache, "main", other)]).toEqual([false, true]);
  });

  it("of one action finds it under every function and in every instance", async ({ expect }) => {
    const cache = createCache();
    const alike = { ...action, function: "blake3" } as const;
    for (const key of [action, alike, other]) {
      for (const name of ["main", "x"]) await write(cache, by("ci", name), key);
    }
    await purge(cache, { actionHash: action.hash });
    for (const name of ["main", "x"]) {
      expect(await isServed(cache, name)).toBe(false);
      expect(await isServed(cache, name, alike)).toBe(false);
      expect(await isServed(cache, name, other)).toBe(true);
    }
  });

  it("of what was written before a time leaves the rest", async ({ expect }) => {
    const cache = createCache();
    await write(cache, by("ci"));
    cache.clock.advance(MINUTE_MS);
    const beforeMs = cache.clock.now();
    await write(cache, by("ci"), other);
    await write(cache, by("somebody", "x"), other);
    cache.clock.advance(MINUTE_MS);
    await purge(cache, { subject: "somebody" });
    await purge(cache, { beforeMs });
    expect([await isServed(cache), await isServed(cache, "main", other)]).toEqual([false, true]);
    expect(await isServed(cache, "x", other)).toBe(false);
    const future = purge(cache, { beforeMs: cache.clock.now() + 1 });
    await expect(future).rejects.toMatchObject({ code: "invalid-argument" });
  });

  it("takes what nobody is known to have written for the oldest", async ({ expect }) => {
    const cache = createCache();
    const old = { result: new Uint8Array(), references: [] };
    await cache.actionStore.put(action, old, callFor("main"));
    await purge(cache, { subject: "ci" });
    await purge(cache, { subject: "" });
    expect(await isServed(cache)).toBe(true);
    await purge(cache, { beforeMs: 1 });
    expect(await isServed(cache)).toBe(false);
  });

  it("wants all that it names", async ({ expect }) => {
    const cache = createCache();
    await write(cache, by("ci"));
    for (const instances of [parseGlob("main"), parseGlob("x")]) {
      for (const subject of ["ci", "somebody"]) {
        for (const { hash: actionHash } of [action, other]) {
          const wish = { instances, subject, actionHash };
          await purge(cache, wish);
          const fits = instances.top === "main" && subject === "ci" && actionHash === action.hash;
          expect(await isServed(cache)).toBe(!fits);
          for (const { id } of await cache.purges.rules(signal)) {
            await cache.purges.remove(await cache.purges.find(id, signal), signal);
          }
          expect(await isServed(cache)).toBe(true);
        }
      }
    }
  });

  it("of an instance above is met by who inherits from it", async ({ expect }) => {
    const cache = createCache();
    await write(cache, by("ci"));
    const instanceName = parseInstanceName("main");
    const pullRequest: Call = { ...callFor("main/pr-17"), inherits: [{ instanceName }] };
    expect(await cache.actions.get(action, pullRequest)).toBeDefined();
    await purge(cache, { instances: parseGlob("main") });
    expect(await cache.actions.get(action, pullRequest)).toBeUndefined();
  });

  it("of the own instance lets the one above answer", async ({ expect }) => {
    const cache = createCache();
    await write(cache, by("ci"));
    await write(cache, by("pr", "main/pr-17"), action, 17);
    await purge(cache, { instances: parseGlob("main/pr-17") });
    const inherits = [{ instanceName: parseInstanceName("main") }];
    expect(await isServed(cache, "main/pr-17")).toBe(false);
    const pullRequest = { ...callFor("main/pr-17"), inherits };
    expect(await cache.actions.get(action, pullRequest)).toMatchObject({ exitCode: 0 });
  });
});

describe("purges", () => {
  it("are told in order, by whom, and replaced by what includes them", async ({ expect }) => {
    const cache = createCache();
    const make = async (wish: PurgeWish): Promise<number> => {
      cache.clock.advance(1000);
      return (await cache.purges.purge(wish, admin, signal)).replaced;
    };
    const main = parseGlob("main/**");
    expect(await make({ instances: main, subject: "ci" })).toBe(0);
    expect(await make({ instances: main, actionHash: action.hash })).toBe(0);
    expect(await make({ instances: parseGlob("main"), subject: "ci" })).toBe(0);
    expect(await make({ instances: main, subject: "ci", beforeMs: 5 })).toBe(0);
    expect(await make({ instances: main, subject: "ci" })).toBe(3);
    expect(await make({ instances: parseGlob("main") })).toBe(0);
    const rules = await cache.purges.rules(signal);
    expect(rules.map(({ subject, actionHash }) => subject ?? actionHash)).toEqual([
      action.hash,
      "ci",
      undefined,
    ]);
    expect(rules.at(-1)).toMatchObject({ madeBy: "an admin", madeMs: cache.clock.now() });
    expect(await make({ instances: everyInstance })).toBe(3);
  });

  it("are bounded, in number and bytes, and say what to do", async ({ expect }) => {
    const cache = createCache();
    const refuse = async (wish: PurgeWish): Promise<void> => {
      const refused = cache.purges.purge(wish, admin, signal);
      await expect(refused).rejects.toMatchObject({ code: "failed-precondition" });
      await expect(refused).rejects.toThrow("hayloft purge --remove ID");
    };
    const instances = parseGlob("main");
    const makeAll = async (count: number, wish: (index: number) => PurgeWish): Promise<void> => {
      for (let index = 0; index < count; index++) {
        await cache.purges.purge(wish(index), admin, signal);
      }
    };
    await makeAll(limits.purgeRules, (index) => ({ instances, subject: `${index}` }));
    await refuse({ instances, subject: "one too many" });
    expect(await cache.purges.rules(signal)).toHaveLength(limits.purgeRules);
    await purge(cache);
    expect(await cache.purges.rules(signal)).toHaveLength(1);
    const long = parseGlob("é".repeat(limits.instanceNameLength));
    const most = Math.floor(limits.purgeListBytes / (2 * limits.instanceNameLength + 400));
    await makeAll(most, (index) => ({ instances: long, subject: `${index}` }));
    const rest = makeAll(most, (index) => ({ instances: long, subject: `more ${index}` }));
    await expect(rest).rejects.toThrow("bytes");
  });

  it("that are not there cannot be ended", async ({ expect }) => {
    const cache = createCache();
    await expect(cache.purges.find("1", signal)).rejects.toMatchObject({ code: "not-found" });
  });
});

/** A store that others share, and what it is asked. */
class SharedPurges implements PurgeStore {
  readonly isShared = true;
  readonly #memory = new MemoryPurgeStore();
  trouble: Error | undefined;
  lists = 0;

  readonly add: PurgeStore["add"] = (...args) => this.#memory.add(...args);
  readonly remove: PurgeStore["remove"] = (...args) => this.#memory.remove(...args);
  readonly list: PurgeStore["list"] = async (...args) => {
    this.lists += 1;
    if (this.trouble !== undefined) throw this.trouble;
    return await this.#memory.list(...args);
  };
}

describe("replicas", () => {
  function setUp() {
    const clock = new ManualClock();
    const store = new SharedPurges();
    const actions = new MemoryActionStore({ capacityBytes: MIB });
    const pauses: number[] = [];
    const pause = async (ms: number): Promise<void> => {
      pauses.push(ms);
      clock.advance(ms);
    };
    const replica = (kept?: KeptPurges) => {
      const list = new PurgeList({ store, clock, kept });
      const served = purgedActions(actions, list, clock);
      const service = new PurgeService({ store, list, actions, clock, pause });
      const isHit = async (): Promise<boolean> =>
        (await served.get(action, callFor())) !== undefined;
      const put = async (): Promise<void> =>
        await served.put(action, { result: new Uint8Array(), references: [] }, callFor());
      return { service, isHit, put };
    };
    return { clock, store, pauses, replica };
  }

  it("all know of a purge when its maker is told", async ({ expect }) => {
    const { replica, pauses } = setUp();
    const [one, two] = [replica(), replica()];
    await one.put();
    expect([await one.isHit(), await two.isHit()]).toEqual([true, true]);
    const made = one.service.purge({ instances: everyInstance }, admin, signal);
    const { rule } = await made;
    expect(pauses).toEqual([limits.purgeListAgeMs]);
    expect([await one.isHit(), await two.isHit()]).toEqual([false, false]);
    await one.service.remove(rule, signal);
    expect([await one.isHit(), await two.isHit()]).toEqual([true, true]);
  });

  it("purge what another's clock has dated a little later, and nothing that comes after", async ({
    expect,
  }) => {
    const { clock, replica } = setUp();
    const { service, put, isHit } = replica();
    clock.advance(limits.purgeListAgeMs - 1);
    await put();
    clock.advance(1 - limits.purgeListAgeMs);
    await service.purge({ instances: everyInstance }, admin, signal);
    expect(await isHit()).toBe(false);
    await put();
    expect(await isHit()).toBe(true);
  });

  it("ask again once what they know may be too old, and not before", async ({ expect }) => {
    const { clock, store, replica } = setUp();
    const { isHit } = replica();
    await Promise.all([isHit(), isHit(), isHit()]);
    clock.advance(limits.purgeListAgeMs - 1);
    await isHit();
    expect(store.lists).toBe(1);
    clock.advance(1);
    await isHit();
    expect(store.lists).toBe(2);
    clock.advance(-limits.purgeListAgeMs);
    await isHit();
    expect(store.lists).toBe(3);
  });

  it("that cannot know the purges serve nothing, and recover", async ({ expect }) => {
    const { clock, store, replica } = setUp();
    const { isHit, put } = replica();
    await put();
    store.trouble = new StoreError("unavailable", "the table does not answer");
    await expect(isHit()).rejects.toBe(store.trouble);
    store.trouble = undefined;
    expect(await isHit()).toBe(true);
    store.trouble = new StoreError("unavailable", "the table does not answer");
    expect(await isHit()).toBe(true);
    clock.advance(limits.purgeListAgeMs);
    await expect(isHit()).rejects.toBe(store.trouble);
  });

  it("of one isolate share what they know", async ({ expect }) => {
    const { store, replica } = setUp();
    const kept: KeptPurges = { asks: 0 };
    await replica(kept).put();
    expect(await replica(kept).isHit()).toBe(true);
    expect(await replica(kept).isHit()).toBe(true);
    expect(store.lists).toBe(1);
    await replica(kept).service.purge({ instances: everyInstance }, admin, signal);
    expect(await replica(kept).isHit()).toBe(false);
  });
});

it("where nobody else adds purges, none is waited for, and the list is read once", async ({
  expect,
}) => {
  const clock = new ManualClock();
  const store = new MemoryPurgeStore();
  const list = new PurgeList({ store, clock });
  const first = await list.current(signal);
  clock.advance(1000 * MINUTE_MS);
  expect(list.current(signal)).toBe(first);
  const never = (): Promise<void> => Promise.reject(new Error("it waits"));
  const actions = new MemoryActionStore({ capacityBytes: MIB });
  const service = new PurgeService({ store, list, actions, clock, pause: never });
  await service.purge({ instances: everyInstance }, admin, signal);
  expect(list.current(signal)).not.toBe(first);
});
