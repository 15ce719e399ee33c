import { hexToBytes } from "@noble/hashes/utils.js";
import { describe, it } from "vitest";
import { iterate } from "../../../shared/bytes/collect.ts";
import { WindowRoom } from "../../../shared/compression/window-room.ts";
import { type ZstdModule, zstdCodec } from "../../../shared/compression/zstd-codec.ts";
import { MIB, readAll } from "../../support/bytes.ts";

/** Frames of one byte with windows of 8 MiB, 1 MiB and 1 KiB. */
const largeWindow = hexToBytes("28b52ffd006809000061");
const smallWindow = hexToBytes("28b52ffd005009000061");
const smallestWindow = hexToBytes("28b52ffd000009000061");

/** What decoders keep, of all streams together. */
export function describeWindows(name: string, zlib: ZstdModule): void {
  const room = new WindowRoom(10 * MIB);
  const codec = zstdCodec(zlib, room);
  const decode = async (...frames: readonly Uint8Array[]): Promise<number> =>
    (await readAll(codec.decode(iterate(frames), 100 * MIB))).byteLength;

  describe(`${name} zstd, of windows`, () => {
    it("has room for so many bytes of them, and takes each stream's largest", async ({
      expect,
    }) => {
      const held = codec.decode(iterate([largeWindow, smallWindow]), 100 * MIB);
      await held.next();
      expect(room.takenBytes).toBe(8 * MIB);
      expect(await decode(smallWindow, smallestWindow, smallWindow)).toBe(3);
      await expect(decode(smallWindow, largeWindow)).rejects.toMatchObject({
        code: "resource-exhausted",
      });
      expect(room.takenBytes).toBe(8 * MIB);
      await held.return(undefined);
      expect(room.takenBytes).toBe(0);
      expect(await decode(smallWindow, largeWindow)).toBe(2);
    });

    it("counts no more of one than the blob can fill", async ({ expect }) => {
      const held = codec.decode(iterate([largeWindow, largeWindow]), 1000);
      await held.next();
      expect(room.takenBytes).toBe(1000);
      await held.return(undefined);
    });
  });
}
