import { DigestFunction_Value } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { BLAKE3, isPresent, randomBlob, SHA256, upload } from "./blobs.ts";
import { check, type Fixture } from "./check.ts";
import { compressorsBeside, offerOf } from "./offer.ts";
import { outcome, type Outcome } from "./outcome.ts";
import { read, uploadOf, write } from "./streams.ts";

/** How every RPC that takes a write's name answers one. */
async function writeOutcomes(f: Fixture, resourceName: string): Promise<Outcome[]> {
  const message = { resourceName, data: new Uint8Array(5), finishWrite: true };
  return [
    await outcome(write(f, [message])),
    await outcome(f.byteStream.queryWriteStatus({ resourceName })),
  ];
}

const INVALID = ["InvalidArgument", "InvalidArgument"];

async function expectInvalidReads(f: Fixture, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    f.expect(await outcome(read(f, name)), name).toBe("InvalidArgument");
  }
}

async function expectInvalidWrites(f: Fixture, ...names: readonly string[]): Promise<void> {
  for (const name of names) f.expect(await writeOutcomes(f, name), name).toEqual(INVALID);
}

/** Uploads under a name that is made from the blob's hash, and looks whether the blob came to be there. */
async function expectUpload(
  f: Fixture,
  instanceName: string,
  nameOf: (hash: string) => string,
  digestFunction = SHA256,
): Promise<void> {
  const blob = randomBlob(5, digestFunction);
  const name = nameOf(blob.digest.hash);
  f.expect(await write(f, uploadOf(name, blob)), name).toBe(5n);
  f.expect(await isPresent(f, instanceName, blob), name).toBe(true);
  f.expect(await f.byteStream.queryWriteStatus({ resourceName: name }), name).toMatchObject({
    committedSize: 5n,
    complete: true,
  });
}

const U = "0f0e0d0c-0b0a-4908-8706-050403020100";
const H = "1".repeat(64);

const rules = [
  check("4.1", "a name has no leading slash", async (f) => {
    await expectInvalidReads(f, `/blobs/${H}/5`, `//blobs/${H}/5`);
    await expectInvalidWrites(f, `/uploads/${U}/blobs/${H}/5`);
  }),

  check("4.2", "the first reserved word ends the instance name", async (f) => {
    const tail = `uploads/${U}/blobs/${H}/7`;
    await expectUpload(f, f.instanceName, (hash) => {
      return `${f.instanceName}/uploads/${U}/blobs/${hash}/5/${tail}`;
    });
    await expectInvalidReads(f, `${f.instanceName}/uploads/blobs/${H}/5`);
  }),

  check(
    "4.3",
    "what follows the size of an upload is ignored, and refused in a read",
    async (f) => {
      const { instanceName } = f;
      for (const tail of ["/a", "/a/b c/ü", "/", "//"]) {
        const name = (hash: string): string =>
          `${instanceName}/uploads/${U}/blobs/${hash}/5${tail}`;
        await expectUpload(f, instanceName, name);
        await expectInvalidReads(f, `${instanceName}/blobs/${H}/5${tail}`);
      }
    },
  ),

  check("4.4", "an upload's id may be any segment, and serve many blobs", async (f) => {
    const { instanceName } = f;
    for (const uuid of [U, U, "fixed", "not a uuid"]) {
      await expectUpload(f, instanceName, (hash) => {
        return `${instanceName}/uploads/${uuid}/blobs/${hash}/5`;
      });
    }
    await expectInvalidWrites(f, `${instanceName}/uploads//blobs/${H}/5`);
  }),

  check("4.5", "a size is decimal digits and nothing else", async (f) => {
    const sizes = ["+5", "-5", "05", "00", "5.0", "0x5", "5e3", " 5", "5 ", "9223372036854775808"];
    await expectInvalidReads(f, ...sizes.map((size) => `blobs/${H}/${size}`));
    await expectInvalidWrites(f, ...sizes.map((size) => `uploads/${U}/blobs/${H}/${size}`));
  }),

  check("4.6", "SHA-256 is not named", async (f) => {
    await expectInvalidReads(f, `blobs/sha256/${H}/5`);
    await expectInvalidWrites(f, `uploads/${U}/blobs/sha256/${H}/5`);
  }),

  check("4.7", "BLAKE3 is named, in lower case", async (f) => {
    const { instanceName } = f;
    const blob = randomBlob(5, BLAKE3);
    await upload(f, instanceName, blob);
    const { hash } = blob.digest;
    f.expect(await read(f, `${instanceName}/blobs/blake3/${hash}/5`)).toEqual(blob.data);
    f.expect(await outcome(read(f, `${instanceName}/blobs/${hash}/5`))).toBe("NotFound");
    await expectInvalidReads(f, `blobs/BLAKE3/${hash}/5`, `blobs/Blake3/${hash}/5`);
    await expectInvalidWrites(f, `uploads/${U}/blobs/BLAKE3/${hash}/5`);
  }),

  check("4.8", "where neither a function nor a hash stands, the name is malformed", async (f) => {
    const { digestFunctions } = await offerOf(f);
    const { SHA256TREE, GITSHA1 } = DigestFunction_Value;
    const named = [
      ["sha256tree", SHA256TREE, 64],
      ["blake3", BLAKE3, 64],
      ["gitsha1", GITSHA1, 40],
    ] as const;
    for (const [name, value, length] of named) {
      if (digestFunctions.includes(value)) continue;
      await expectInvalidReads(f, `blobs/${name}/${"1".repeat(length)}/5`);
    }
    await expectInvalidReads(f, `blobs/murmur/${H}/5`, `blobs/blake3/5`, `blobs/blake3/${U}/5`);
  }),

  check("4.9", "only compressors that are offered may be named", async (f) => {
    const { supportedCompressors } = await offerOf(f);
    const others = compressorsBeside(supportedCompressors).map(({ token }) => token);
    const names = [...others, "identity", "gzip", "ZSTD", ""];
    await expectInvalidReads(f, ...names.map((name) => `compressed-blobs/${name}/${H}/5`));
    await expectInvalidWrites(
      f,
      ...names.map((name) => `uploads/${U}/compressed-blobs/${name}/${H}/5`),
    );
  }),

  check("4.11", "names of another shape are malformed, and never a miss", async (f) => {
    await expectInvalidReads(f, `uploads/${U}/blobs/${H}/5`, `actions/${H}/5`, `x/y/z`, `${H}/5`);
    await expectInvalidWrites(f, `blobs/${H}/5`, `i/blobs/${H}/5`, `uploads/${U}`, `x/y/z`);
  }),
];

const table = [
  check("4.a", "blobs/HASH/SIZE is a read in the nameless instance", async (f) => {
    const blob = randomBlob(5);
    await upload(f, "", blob);
    f.expect(await read(f, `blobs/${blob.digest.hash}/5`)).toEqual(blob.data);
  }),

  check("4.b", "an instance name may have segments and spaces", async (f) => {
    const blob = randomBlob(5);
    const instanceName = `${f.instanceName}/b c/d`;
    await upload(f, instanceName, blob);
    f.expect(await read(f, `${instanceName}/blobs/${blob.digest.hash}/5`)).toEqual(blob.data);
  }),

  check("4.c", "no part of a name may be empty", async (f) => {
    await expectInvalidReads(f, `/blobs/${H}/5`, `a//blobs/${H}/5`, "blobs//5", `blobs/${H}/`, "");
  }),

  check("4.d", "a reserved word does not belong to an instance name", async (f) => {
    await expectInvalidReads(f, `a/operations/blobs/${H}/5`);
  }),

  check("4.e", "blobs/blake3/HASH/SIZE is a read", async (f) => {
    const blob = randomBlob(5, BLAKE3);
    await upload(f, "", blob);
    f.expect(await read(f, `blobs/blake3/${blob.digest.hash}/5`)).toEqual(blob.data);
  }),

  check("4.g", "a compressor is lower case, not identity, and not left out", async (f) => {
    const names = [`identity/${H}/5`, `ZSTD/${H}/5`, `${H}/5`];
    await expectInvalidReads(f, ...names.map((name) => `compressed-blobs/${name}`));
  }),

  check("4.h", "metadata may look like another resource name", async (f) => {
    await expectUpload(f, f.instanceName, (hash) => {
      return `${f.instanceName}/uploads/${U}/blobs/${hash}/5/any/thing/uploads/x/blobs/y/7`;
    });
  }),

  check("4.i", "an upload under BLAKE3 may have metadata", async (f) => {
    await expectUpload(f, "", (hash) => `uploads/${U}/blobs/blake3/${hash}/5/meta`, BLAKE3);
  }),

  check("4.j", "an upload needs an id", async (f) => {
    await expectInvalidWrites(f, `uploads/blobs/${H}/5`);
  }),

  check("4.k", "a read ends with the size", async (f) => {
    await expectInvalidReads(f, `blobs/${H}/5/extra`);
  }),

  check("4.l", "an upload's hash and size are held to the rules", async (f) => {
    const digests = [`${H}/-1`, `${H}/abc`, `${"A".repeat(64)}/5`, `${H.slice(1)}/5`];
    await expectInvalidWrites(f, ...digests.map((digest) => `uploads/${U}/blobs/${digest}`));
  }),
];

export const resourceNames = [...rules, ...table];
