import { hexToBytes } from "@noble/hashes/utils.js";
import { describe, it } from "vitest";
import { iterate } from "../../../shared/bytes/collect.ts";
import { type ZstdModule, zstdCodec } from "../../../shared/compression/zstd-codec.ts";
import { WindowRoom } from "../../../shared/compression/window-room.ts";
import type { ZlibStream } from "../../../shared/compression/zlib-stream.ts";
import { limits } from "../../../shared/limits.ts";
import { zstdBomb, zstdFrame } from "../../support/raw-zstd.ts";
import { failingBody } from "../../support/bodies.ts";
import { bytesOf, KIB, MIB, readAll } from "../../support/bytes.ts";

/** What both platforms' streams tell of themselves. */
interface WatchedStream extends ZlibStream {
  readonly destroyed: boolean;
  readonly readableLength: number;
}

/** Noise without end, and how much of it was taken. */
class Noise {
  takenBytes = 0;
  isStopped = false;

  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    const chunk = bytesOf(64 * KIB);
    try {
      for (;;) {
        this.takenBytes += chunk.byteLength;
        yield chunk;
      }
    } finally {
      this.isStopped = true;
    }
  }
}

/** How streams end, and what is held while they do not. */
export function describeEndings(name: string, zlib: ZstdModule): void {
  const streams: WatchedStream[] = [];
  const watch = (stream: ZlibStream): ZlibStream => {
    streams.push(stream as WatchedStream);
    return stream;
  };
  const watched: ZstdModule = {
    constants: zlib.constants,
    createZstdCompress: (options) => watch(zlib.createZstdCompress(options)),
    createZstdDecompress: (options) => watch(zlib.createZstdDecompress(options)),
    zstdCompressSync: (bytes, options) => zlib.zstdCompressSync(bytes, options),
  };
  const room = new WindowRoom(limits.zstdWindowBytes);
  const codec = zstdCodec(watched, room);
  /** Whether the streams since the last time are done with, and hold nothing. */
  const allDestroyed = (): boolean => {
    const ended = streams.splice(0);
    const areDestroyed = ended.length > 0 && ended.every(({ destroyed }) => destroyed);
    return areDestroyed && room.takenBytes === 0;
  };

  describe(`${name} zstd streams`, () => {
    it("are destroyed when they have ended well", async ({ expect }) => {
      const encoded = await readAll(codec.encode(iterate([bytesOf(MIB)]), MIB));
      expect(allDestroyed()).toBe(true);
      await readAll(codec.decode(iterate([encoded]), MIB));
      expect(allDestroyed()).toBe(true);
    });

    it("are destroyed, and their source is told, when their reader leaves", async ({ expect }) => {
      const noise = new Noise();
      for await (const _ of codec.encode(noise.chunks(), 100 * MIB)) break;
      expect([allDestroyed(), noise.isStopped]).toEqual([true, true]);
      expect(noise.takenBytes).toBeLessThan(MIB);
      for await (const _ of codec.decode(iterate([zstdBomb(1000)]), 100 * MIB)) break;
      expect(allDestroyed()).toBe(true);
      const few = await readAll(codec.decode(iterate([zstdBomb(1000)]), 10));
      expect([few.byteLength, allDestroyed()]).toEqual([11, true]);
    });

    it("are destroyed when their source fails, and pass on what it throws", async ({ expect }) => {
      const gone = new Error("gone");
      const encoding = codec.encode(failingBody(bytesOf(MIB), gone), 2 * MIB);
      await expect(readAll(encoding)).rejects.toBe(gone);
      expect(allDestroyed()).toBe(true);
      const cut = zstdFrame(bytesOf(MIB)).subarray(0, 500_000);
      await expect(readAll(codec.decode(failingBody(cut, gone), MIB))).rejects.toBe(gone);
      expect(allDestroyed()).toBe(true);
    });

    it("give what a source had sent before it failed", async ({ expect }) => {
      const bytes = bytesOf(MIB);
      const sent = zstdFrame(bytes).subarray(0, 500_000);
      let received = 0;
      const receive = async (): Promise<void> => {
        const decoded = codec.decode(failingBody(sent, new Error("gone")), MIB);
        for await (const chunk of decoded) received += chunk.byteLength;
      };
      await expect(receive()).rejects.toThrow("gone");
      // All whole blocks of 128 KiB.
      expect(received).toBeGreaterThanOrEqual(3 * 128 * KIB);
    });

    it("are destroyed when the bytes are wrong", async ({ expect }) => {
      const damaged = codec.decode(iterate([hexToBytes("28b52ffd20020d000061")]), 10);
      await expect(readAll(damaged)).rejects.toThrow();
      expect(allDestroyed()).toBe(true);
    });

    it("refuse a source of another size than was told", async ({ expect }) => {
      for (const sizeBytes of [10_000, 100_000]) {
        for (const by of [-1, 1]) {
          const wrong = codec.encode(iterate([bytesOf(sizeBytes)]), sizeBytes + by);
          await expect(readAll(wrong), `${sizeBytes}`).rejects.toThrow();
        }
      }
      streams.splice(0);
    });

    it("hold a constant while nobody reads", async ({ expect }) => {
      const source = codec.decode(iterate([zstdBomb(8000)]), 1000 * MIB);
      await source.next();
      // The first chunk is out, a gigabyte is to come, and the reader takes its time.
      for (let turn = 0; turn < 20; turn += 1) {
        await new Promise<void>((resolve) => void setTimeout(resolve, 0));
        expect(streams[0]?.readableLength).toBeLessThan(MIB);
      }
      await source.return(undefined);
      expect(allDestroyed()).toBe(true);
    });
  });
}
