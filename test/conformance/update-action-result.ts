import { load, store, storedOutcome, tree, type ActionResultInit } from "./actions.ts";
import { type DigestInit, isPresent, randomBlob, upload } from "./blobs.ts";
import { check, clientsOn } from "./check.ts";
import { offerOf } from "./offer.ts";
import { outcome } from "./outcome.ts";

const malformed: DigestInit = { hash: "A".repeat(64), sizeBytes: 1n };

/** Results that no client should be given, by what is wrong. */
const invalidResults: Readonly<Record<string, ActionResultInit>> = {
  "a malformed file digest": { outputFiles: [{ path: "f", digest: malformed }] },
  "a malformed Tree digest": { outputDirectories: [{ path: "d", treeDigest: malformed }] },
  "a malformed root digest": { outputDirectories: [{ path: "d", rootDirectoryDigest: malformed }] },
  "a malformed stdout digest": { stdoutDigest: malformed },
  "a malformed stderr digest": { stderrDigest: malformed },
  "an absolute file path": { outputFiles: [{ path: "/etc/passwd" }] },
  "an absolute directory path": { outputDirectories: [{ path: "/etc" }] },
  "an absolute symlink path": { outputSymlinks: [{ path: "/l", target: "t" }] },
  "an older symlink's absolute path": { outputFileSymlinks: [{ path: "/l", target: "t" }] },
};

export const updateActionResult = [
  check("15.1", "the last result wins", async (f) => {
    const actionDigest = await store(f, { exitCode: 1 });
    await store(f, { exitCode: 2 }, actionDigest);
    f.expect((await load(f, actionDigest)).exitCode).toBe(2);
  }),

  check("15.2", "the action and its command need not be uploaded", async (f) => {
    const action = randomBlob();
    await store(f, {}, action.digest);
    f.expect(await isPresent(f, f.instanceName, action)).toBe(false);
    f.expect(await outcome(load(f, action.digest))).toBe("OK");
  }),

  check("15.3", "what no client could use is refused", async (f) => {
    const { instanceName } = f;
    const { digest: actionDigest } = randomBlob();
    for (const request of [{ actionResult: {} }, { actionDigest: malformed, actionResult: {} }]) {
      const call = f.actions.updateActionResult({ instanceName, ...request });
      f.expect(await outcome(call)).toBe("InvalidArgument");
    }
    for (const [mistake, actionResult] of Object.entries(invalidResults)) {
      const call = f.actions.updateActionResult({ instanceName, actionDigest, actionResult });
      f.expect(await outcome(call), mistake).toBe("InvalidArgument");
      f.expect(await outcome(load(f, actionDigest)), mistake).toBe("NotFound");
    }
    // Paths start at the working directory of the action, and recc puts its outputs beside that.
    const beside = { outputFiles: [{ path: "../out/a.o" }], outputDirectories: [{ path: "" }] };
    f.expect(await storedOutcome(f, beside)).toBe("OK");
    const resultless = f.actions.updateActionResult({ instanceName, actionDigest });
    f.expect(await outcome(resultless), "no result").toBe("InvalidArgument");
  }),

  check("15.6", "a result may come before its outputs, and is a miss until then", async (f) => {
    const [file, inTree] = [randomBlob(), randomBlob()];
    const outputTree = tree({ files: [{ name: "f", digest: inTree.digest }] });
    const { instanceName } = f;
    const { digest: actionDigest } = randomBlob();
    const actionResult = {
      outputFiles: [{ path: "f", digest: file.digest }],
      outputDirectories: [{ path: "d", treeDigest: outputTree.digest }],
    };
    const call = f.actions.updateActionResult({ instanceName, actionDigest, actionResult });
    const accepted = await outcome(call);
    f.expect(["OK", "FailedPrecondition"]).toContain(accepted);
    f.expect(await outcome(load(f, actionDigest))).toBe("NotFound");
    await upload(f, instanceName, file, inTree, outputTree);
    if (accepted !== "OK") await store(f, actionResult, actionDigest);
    f.expect(await outcome(load(f, actionDigest))).toBe("OK");
  }),

  check("15.8", "a priority is no obstacle", async (f) => {
    const { cachePriorityCapabilities } = await offerOf(f);
    const ranges = cachePriorityCapabilities?.priorities ?? [];
    const { instanceName } = f;
    const unranged = ranges.length === 0 ? [7, -7] : [];
    for (const priority of [
      0,
      ...unranged,
      ...ranges.flatMap((range) => [range.minPriority, range.maxPriority]),
    ]) {
      const call = f.actions.updateActionResult({
        instanceName,
        actionDigest: randomBlob().digest,
        actionResult: {},
        resultsCachePolicy: { priority },
      });
      f.expect(await outcome(call)).toBe("OK");
    }
  }),

  check("15.9", "results of failed actions are taken", async (f) => {
    f.expect(await storedOutcome(f, { exitCode: 1 })).toBe("OK");
  }),

  check("15.10", "the answer is the result that was stored", async (f) => {
    const { instanceName } = f;
    const actionDigest = randomBlob().digest;
    const actionResult = { exitCode: 4, executionMetadata: { worker: "w" } };
    const answer = await f.actions.updateActionResult({ instanceName, actionDigest, actionResult });
    f.expect(answer).toMatchObject(actionResult);
    f.expect(await load(f, actionDigest)).toMatchObject(actionResult);
  }),

  check("15.11", "writers at once leave one of their results, seen at once by all", async (f) => {
    using connection = f.target.connect();
    const others = { ...f, ...clientsOn(connection) };
    const actionDigest = randomBlob().digest;
    const workers = Array.from({ length: 20 }, (_, index) => `worker ${index}`);
    await Promise.all(
      workers.map(async (worker, exitCode) => {
        const result = { exitCode, executionMetadata: { worker } };
        return await store(exitCode % 2 === 0 ? f : others, result, actionDigest);
      }),
    );
    const { exitCode, executionMetadata } = await load(others, actionDigest);
    f.expect(executionMetadata?.worker).toBe(`worker ${exitCode}`);
    await store(f, { exitCode: 99 }, actionDigest);
    f.expect((await load(others, actionDigest)).exitCode).toBe(99);
  }),
];
