import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { ActionResultSchema } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { type Blob, blobOf, emptyBlob, largeBlob, randomBlob, resized, upload } from "./blobs.ts";
import { type ActionResultInit, load, store, storedOutcome, tree } from "./actions.ts";
import { check, type Fixture } from "./check.ts";
import { outcome } from "./outcome.ts";
import { concat } from "../support/bytes.ts";
import { directory, parentOf } from "./trees.ts";

const MIB = 1024 * 1024;

/** A result that needs every one of `blobs`, in every way that a result can refer to a blob. */
export function resultThatNeeds(): { result: ActionResultInit; blobs: Blob[] } {
  const file = randomBlob();
  const [stdout, stderr, inRoot, inChild, below] = [
    randomBlob(),
    randomBlob(),
    randomBlob(),
    randomBlob(),
    randomBlob(),
  ];
  const child = directory({ files: [{ name: "b", digest: inChild.digest }] });
  const outputTree = tree(
    {
      files: [{ name: "a", digest: inRoot.digest }],
      directories: [{ name: "c", digest: child.digest }],
    },
    { files: [{ name: "b", digest: inChild.digest }] },
  );
  const deeper = directory({ files: [{ name: "d", digest: below.digest }] });
  const root = parentOf({ deeper });
  return {
    result: {
      outputFiles: [{ path: "out/file", digest: file.digest }],
      outputDirectories: [
        { path: "out/tree", treeDigest: outputTree.digest },
        { path: "out/root", rootDirectoryDigest: root.digest },
      ],
      stdoutDigest: stdout.digest,
      stderrDigest: stderr.digest,
    },
    blobs: [file, stdout, stderr, inRoot, inChild, outputTree, below, deeper, root],
  };
}

async function inlined(
  f: Fixture,
  result: ActionResultInit,
  wishes: { inlineStdout?: boolean; inlineStderr?: boolean; inlineOutputFiles?: string[] },
): Promise<ReturnType<typeof load>> {
  const actionDigest = await store(f, result);
  const { instanceName } = f;
  return await f.actions.getActionResult({ instanceName, actionDigest, ...wishes });
}

const completeness = [
  check("14.1", "a result is found by its instance, function, hash and size", async (f) => {
    const action = randomBlob();
    f.expect(await outcome(load(f, action.digest))).toBe("NotFound");
    await store(f, { exitCode: 3 }, action.digest);
    f.expect((await load(f, action.digest)).exitCode).toBe(3);
    f.expect(await outcome(load(f, resized(action)))).toBe("NotFound");
    f.expect(await outcome(load(f, randomBlob().digest))).toBe("NotFound");
  }),

  check("14.2", "a result is found only while every blob it needs is there", async (f) => {
    const { length } = resultThatNeeds().blobs;
    for (let index = 0; index < length; index += 1) {
      const { result, blobs } = resultThatNeeds();
      const [absent] = blobs.splice(index, 1);
      await upload(f, f.instanceName, ...blobs);
      const actionDigest = await store(f, result);
      f.expect(await outcome(load(f, actionDigest)), `blob ${index} absent`).toBe("NotFound");
      if (absent !== undefined) await upload(f, f.instanceName, absent);
      f.expect(await outcome(load(f, actionDigest)), `blob ${index} back`).toBe("OK");
    }
    const empty = { outputFiles: [{ path: "e", digest: emptyBlob.digest }] };
    f.expect(await storedOutcome(f, empty)).toBe("OK");
  }),

  check("14.4", "a result whose Tree cannot be read is a miss", async (f) => {
    const garbage = blobOf(Uint8Array.of(0xff, 0xff, ...randomBlob().data));
    const cut = tree({ files: [{ name: "f", digest: randomBlob().digest }] });
    const short = blobOf(cut.data.slice(0, -10));
    await upload(f, f.instanceName, garbage, short);
    for (const blob of [randomBlob(), garbage, short]) {
      const outputDirectories = [{ path: "d", treeDigest: blob.digest }];
      f.expect(await storedOutcome(f, { outputDirectories })).toBe("NotFound");
    }
  }),

  check("14.5", "symlinks need no blob, inlined files do", async (f) => {
    const symlink = { path: "l", target: "anywhere" };
    const symlinks = { outputSymlinks: [symlink], outputFileSymlinks: [symlink] };
    f.expect(await storedOutcome(f, symlinks)).toBe("OK");
    const { digest, data } = randomBlob();
    const file = { outputFiles: [{ path: "f", digest, contents: data }] };
    f.expect(await storedOutcome(f, file)).toBe("NotFound");
  }),

  check("14.6", "the action and its command need not be there", async (f) => {
    const file = randomBlob();
    await upload(f, f.instanceName, file);
    const result = { outputFiles: [{ path: "f", digest: file.digest }] };
    f.expect(await storedOutcome(f, result)).toBe("OK");
  }),

  check("14.12", "results of failed actions are kept too", async (f) => {
    const actionDigest = await store(f, { exitCode: -1 });
    f.expect((await load(f, actionDigest)).exitCode).toBe(-1);
  }),

  check("14.14", "a result without any field set is a hit", async (f) => {
    f.expect(await storedOutcome(f, {})).toBe("OK");
  }),
];

const contents = [
  check("14.7", "outputs are inlined on request, as far as an answer holds them", async (f) => {
    const [stdout, stderr, small] = [randomBlob(), randomBlob(), randomBlob()];
    await upload(f, f.instanceName, stdout, stderr, small);
    const result = {
      stdoutDigest: stdout.digest,
      stderrDigest: stderr.digest,
      outputFiles: [{ path: "small", digest: small.digest }],
    };
    const plain = await inlined(f, result, {});
    f.expect([plain.stdoutRaw, plain.stderrRaw, plain.outputFiles[0]?.contents]).toEqual(
      Array.from({ length: 3 }, () => new Uint8Array()),
    );
    const wishes = { inlineStdout: true, inlineStderr: true, inlineOutputFiles: ["small"] };
    const full = await inlined(f, result, wishes);
    f.expect(full).toMatchObject({
      stdoutDigest: stdout.digest,
      stderrDigest: stderr.digest,
      outputFiles: [{ path: "small", digest: small.digest }],
    });
    const { stdoutRaw, stderrRaw, outputFiles } = full;
    const given = [stdoutRaw, stderrRaw, ...outputFiles.map((file) => file.contents)];
    const wished = [stdout.data, stderr.data, small.data];
    for (const [index, bytes] of given.entries()) {
      if (bytes.byteLength > 0) f.expect(bytes).toEqual(wished[index]);
    }
  }),

  check("14.8", "files to inline are meant by their exact path", async (f) => {
    const [one, other] = [randomBlob(), randomBlob()];
    await upload(f, f.instanceName, one, other);
    const outputFiles = [
      { path: "dir/one", digest: one.digest },
      { path: "dir/other", digest: other.digest },
    ];
    const inlineOutputFiles = ["dir/one", "dir", "dir/", "other", "/dir/other", "absent"];
    const answer = await inlined(f, { outputFiles }, { inlineOutputFiles });
    f.expect(answer.outputFiles[1]?.contents).toEqual(new Uint8Array());
  }),

  check("14.9", "raw output that was stored is not lost, and not sent twice", async (f) => {
    const stdout = randomBlob();
    await upload(f, f.instanceName, stdout);
    const raw = Uint8Array.from([1, 2, 3]);
    const rawOnly = await inlined(f, { stdoutRaw: raw }, { inlineStdout: true });
    const moved = rawOnly.stdoutDigest !== undefined;
    f.expect(rawOnly.stdoutRaw).toEqual(moved ? rawOnly.stdoutRaw : raw);
    f.expect(rawOnly.stdoutDigest?.sizeBytes ?? 3n).toBe(3n);
    const { digest, data } = stdout;
    const twice = {
      stdoutRaw: data,
      stdoutDigest: digest,
      stderrRaw: data,
      stderrDigest: digest,
      outputFiles: [{ path: "f", digest, contents: data }],
    };
    const plain = await inlined(f, twice, {});
    const given = [plain.stdoutRaw, plain.stderrRaw, plain.outputFiles[0]?.contents];
    f.expect(given).toEqual(Array.from({ length: 3 }, () => new Uint8Array()));
    f.expect(plain).toMatchObject({ stdoutDigest: digest, stderrDigest: digest });
    f.expect(plain.outputFiles).toMatchObject([{ path: "f", digest }]);
  }),

  check("14.10", "an answer stays under 4 MiB", async (f) => {
    const large = [largeBlob(1.5 * MIB), largeBlob(1.5 * MIB), largeBlob(1.5 * MIB)];
    await upload(f, f.instanceName, ...large.slice(0, 2));
    await upload(f, f.instanceName, ...large.slice(2));
    const outputFiles = large.map(({ digest }, index) => ({ path: `f${index}`, digest }));
    const inlineOutputFiles = outputFiles.map(({ path }) => path);
    const answer = await inlined(f, { outputFiles }, { inlineOutputFiles });
    f.expect(toBinary(ActionResultSchema, answer).byteLength).toBeLessThan(4 * MIB);
    f.expect(answer.outputFiles.map(({ path }) => path)).toEqual(inlineOutputFiles);
  }),

  check("14.11", "fields that the server does not know are kept", async (f) => {
    const known = create(ActionResultSchema, {
      exitCode: 5,
      executionMetadata: {
        worker: "w",
        auxiliaryMetadata: [{ typeUrl: "type.example/Unknown", value: Uint8Array.of(1, 2) }],
      },
      outputSymlinks: [{ path: "l", target: "t", nodeProperties: { unixMode: 0o755 } }],
    });
    const newer = Uint8Array.of(0xfa, 7, 3, 1, 2, 3);
    const bytes = concat([toBinary(ActionResultSchema, known), newer]);
    const result = fromBinary(ActionResultSchema, bytes);
    const answer = await load(f, await store(f, result));
    // A server may add what it knows, and an equal message.
    f.expect(answer).toMatchObject(known);
    f.expect(answer.$unknown).toEqual(result.$unknown);
  }),
];

export const getActionResult = [...completeness, ...contents];
