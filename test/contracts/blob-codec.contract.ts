import type { BlobCodec } from "../../shared/compression/blob-codec.ts";
import type { ZstdModule } from "../../shared/compression/zstd-codec.ts";
import { describeEndings } from "./blob-codec/endings.ts";
import { describeFrames } from "./blob-codec/frames.ts";
import { describeRefusals } from "./blob-codec/refusals.ts";
import { describeRoundTrips } from "./blob-codec/round-trips.ts";
import { describeWindows } from "./blob-codec/windows.ts";

/** Everything that the port promises, asked of one platform's zstd; `zlib` is what the codec is made of. */
export function describeZstd(name: string, codec: BlobCodec, zlib: ZstdModule): void {
  describeRoundTrips(name, codec);
  describeFrames(name, codec);
  describeRefusals(name, codec);
  describeEndings(name, zlib);
  describeWindows(name, zlib);
}
