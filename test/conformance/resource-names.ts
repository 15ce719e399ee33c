import { BLAKE3, isPresent, randomBlob, SHA256, upload } from "./blobs.ts";
import { check, type Fixture } from "./check.ts";
import { functionRules } from "./function-rules.ts";
import { instance } from "./instance.ts";
import { compressorsBeside, everyFunction, needs, offerOf } from "./offer.ts";
import { outcome, type Outcome } from "./outcome.ts";
import { below, read, uploadOf, write } from "./streams.ts";

/** How every RPC that takes a write's name, and that the server has, answers one. */
async function writeOutcomes(f: Fixture, resourceName: string): Promise<Outcome[]> {
  const message = { resourceName, data: new Uint8Array(5), finishWrite: true };
  const written = await outcome(write(f, [message]));
  const queried = await outcome(f.byteStream.queryWriteStatus({ resourceName }));
  return queried === "Unimplemented" ? [written] : [written, queried];
}

async function expectInvalidReads(f: Fixture, ...names: readonly string[]): Promise<void> {
  for (const name of names.map((one) => within(f, one))) {
    f.expect(await outcome(read(f, name)), name).toBe("InvalidArgument");
  }
}

async function expectInvalidWrites(f: Fixture, ...names: readonly string[]): Promise<void> {
  for (const name of names.map((one) => within(f, one))) {
    f.expect(new Set(await writeOutcomes(f, name)), name).toEqual(new Set(["InvalidArgument"]));
  }
}

/** A compressor that is not offered may be called unimplemented, too. */
async function expectUnknownCompressors(f: Fixture, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const path = within(f, `compressed-blobs/${name}`);
    f.expect(REFUSED, path).toContain(await outcome(read(f, path)));
  }
}

const REFUSED: readonly Outcome[] = ["InvalidArgument", "Unimplemented"];

/** Names in the one instance that there is, where not every name is one. */
function within({ target, instanceName }: Fixture, name: string): string {
  const isWhole = target.onlyInstance === undefined || name === "" || name.startsWith("/");
  return isWhole || name.startsWith(`${instanceName}/`) ? name : below(instanceName, name);
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
  const status = f.byteStream.queryWriteStatus({ resourceName: name });
  if ((await outcome(status)) === "Unimplemented") return;
  f.expect(await status, name).toMatchObject({ committedSize: 5n, complete: true });
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
      return below(f.instanceName, `uploads/${U}/blobs/${hash}/5/${tail}`);
    });
  }),

  check("4.3", "what follows the size of an upload is ignored", async (f) => {
    const { instanceName } = f;
    for (const tail of ["/a", "/a/b c/ü", "/", "//"]) {
      const name = (hash: string): string =>
        below(instanceName, `uploads/${U}/blobs/${hash}/5${tail}`);
      await expectUpload(f, instanceName, name);
    }
  }),

  check("4.4", "an upload's id may be any segment, and serve many blobs", async (f) => {
    const { instanceName } = f;
    for (const uuid of [U, U, "fixed", "not a uuid"]) {
      await expectUpload(f, instanceName, (hash) => {
        return below(instanceName, `uploads/${uuid}/blobs/${hash}/5`);
      });
    }
  }),

  check("4.5", "a size is decimal digits and nothing else", async (f) => {
    const sizes = ["+5", "-5", "05", "00", "5.0", "0x5", "5e3", " 5", "5 ", "9223372036854775808"];
    await expectInvalidReads(f, ...sizes.map((size) => `blobs/${H}/${size}`));
    await expectInvalidWrites(f, ...sizes.map((size) => `uploads/${U}/blobs/${H}/${size}`));
  }),

  check("4.6", "functions that the length of a hash tells are not named", async (f) => {
    for (const { token, digits } of functionRules.filter(({ isNamed }) => !isNamed)) {
      const blob = `blobs/${token}/${"1".repeat(digits)}/5`;
      await expectInvalidReads(f, blob);
      await expectInvalidWrites(f, `uploads/${U}/${blob}`);
    }
  }),

  check("4.7", "functions that it does not tell are named, in lower case", async (f) => {
    const { instanceName } = f;
    const every = await everyFunction(f);
    const named = every.filter(({ isNamed }) => isNamed);
    if (named.length === 0) f.skip("the server offers none of them");
    for (const { value, token, digits } of named) {
      // Larger than the blobs that SHA256TREE and SHA-256 agree on.
      const blob = randomBlob(2000, value);
      await upload(f, instanceName, blob);
      const path = `${blob.digest.hash}/2000`;
      f.expect(await read(f, below(instanceName, `blobs/${token}/${path}`))).toEqual(blob.data);
      const hasTwin = every.some((other) => !other.isNamed && other.digits === digits);
      const unnamed = outcome(read(f, below(instanceName, `blobs/${path}`)));
      f.expect(await unnamed, token).toBe(hasTwin ? "NotFound" : "InvalidArgument");
      const loud = token.toUpperCase();
      const capital = `${loud.charAt(0)}${token.slice(1)}`;
      await expectInvalidReads(f, `blobs/${loud}/${path}`, `blobs/${capital}/${path}`);
      await expectInvalidWrites(f, `uploads/${U}/blobs/${loud}/${path}`);
    }
  }),

  check("4.8", "where neither a function nor a hash stands, the name is malformed", async (f) => {
    const every = await everyFunction(f);
    for (const known of functionRules.filter(({ isNamed }) => isNamed)) {
      if (every.includes(known)) continue;
      await expectInvalidReads(f, `blobs/${known.token}/${"1".repeat(known.digits)}/5`);
    }
    await expectInvalidReads(f, `blobs/murmur/${H}/5`, `blobs/blake3/5`, `blobs/blake3/${U}/5`);
  }),

  check("4.9", "only compressors that are offered may be named", async (f) => {
    const { supportedCompressors } = await offerOf(f);
    const others = compressorsBeside(supportedCompressors).map(({ token }) => token);
    const names = [...others, "identity", "gzip", "ZSTD", ""];
    await expectUnknownCompressors(f, ...names.map((name) => `${name}/${H}/5`));
    for (const name of names) {
      const path = within(f, `uploads/${U}/compressed-blobs/${name}/${H}/5`);
      for (const answer of await writeOutcomes(f, path)) f.expect(REFUSED, path).toContain(answer);
    }
  }),

  check("4.11", "names of another shape are malformed, and never a miss", async (f) => {
    await expectInvalidReads(f, `uploads/${U}/blobs/${H}/5`, `actions/${H}/5`, `x/y/z`, `${H}/5`);
    await expectInvalidWrites(f, `blobs/${H}/5`, `i/blobs/${H}/5`, `uploads/${U}`, `x/y/z`);
    await expectInvalidWrites(f, `uploads//blobs/${H}/5`);
  }),
];

const table = [
  check("4.a", "blobs/HASH/SIZE is a read in the nameless instance", async (f) => {
    const blob = randomBlob(5);
    await upload(f, instance(f, ""), blob);
    f.expect(await read(f, `blobs/${blob.digest.hash}/5`)).toEqual(blob.data);
  }),

  check("4.b", "an instance name may have segments and spaces", async (f) => {
    const blob = randomBlob(5);
    const instanceName = instance(f, `${f.instanceName}/b c/d`);
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
    await needs(f, BLAKE3);
    const blob = randomBlob(5, BLAKE3);
    await upload(f, f.instanceName, blob);
    const name = below(f.instanceName, `blobs/blake3/${blob.digest.hash}/5`);
    f.expect(await read(f, name)).toEqual(blob.data);
  }),

  check("4.g", "a compressor is lower case, not identity, and not left out", async (f) => {
    await expectUnknownCompressors(f, `identity/${H}/5`, `ZSTD/${H}/5`, `${H}/5`);
  }),

  check("4.h", "metadata may look like another resource name", async (f) => {
    await expectUpload(f, f.instanceName, (hash) => {
      const path = `uploads/${U}/blobs/${hash}/5/any/thing/uploads/x/blobs/y/7`;
      return below(f.instanceName, path);
    });
  }),

  check("4.i", "an upload under BLAKE3 may have metadata", async (f) => {
    await needs(f, BLAKE3);
    const nameOf = (hash: string): string =>
      below(f.instanceName, `uploads/${U}/blobs/blake3/${hash}/5/meta`);
    await expectUpload(f, f.instanceName, nameOf, BLAKE3);
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
