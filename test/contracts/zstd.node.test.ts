import { spawnSync } from "node:child_process";
import * as zlib from "node:zlib";
import { describe, it } from "vitest";
import { nodeZstd } from "../../shared/compression/zstd.node.ts";
import { bodyOf } from "../support/bodies.ts";
import { bytesOf, readAll, sameBytes } from "../support/bytes.ts";
import { describeZstd } from "./blob-codec.contract.ts";

describeZstd("Node's", nodeZstd, zlib);

const hasCommand = spawnSync("zstd", ["--version"]).status === 0;

/** What the reference implementation makes of `input`. */
function zstd(input: Uint8Array, ...args: readonly string[]): Uint8Array {
  const { status, stdout, stderr } = spawnSync("zstd", [...args, "--stdout", "--quiet"], {
    input,
    maxBuffer: 100_000_000,
  });
  if (status !== 0) throw new Error(`zstd ${args.join(" ")} failed: ${stderr.toString()}`);
  return new Uint8Array(stdout);
}

const blobs = [0, 1000, 20_000, 131_072, 1_000_000, 3_000_000].flatMap((size) => [
  bytesOf(size),
  bytesOf(size).map((byte) => byte & 3),
]);

describe.runIf(hasCommand)("Node's zstd and the zstd command", () => {
  it("the command decodes what the codec encodes, as one frame with its size", async ({
    expect,
  }) => {
    for (const bytes of blobs) {
      const encoded = await readAll(nodeZstd.encode(bodyOf(bytes), bytes.byteLength));
      expect(sameBytes(zstd(encoded, "--decompress", "--memory=8MB"), bytes)).toBe(true);
    }
  });

  it.for([["-1"], ["-3", "--check"], ["-16"], ["-5", "-T0", "--rsyncable"]])(
    "the codec decodes what the command encodes with %s",
    async (args, { expect }) => {
      for (const bytes of blobs) {
        const encoded = zstd(bytes, ...args);
        const decoded = await readAll(nodeZstd.decode(bodyOf(encoded), bytes.byteLength));
        expect(sameBytes(decoded, bytes)).toBe(true);
      }
    },
  );

  it("the codec says what to do about a window that is too large", async ({ expect }) => {
    const encoded = zstd(bytesOf(9_000_000), "-3", "--long=27", "--no-content-size");
    const decoding = readAll(nodeZstd.decode(bodyOf(encoded), 9_000_000));
    await expect(decoding).rejects.toThrow(/window of \d+ bytes.*level 19.*--long/);
  });
});
