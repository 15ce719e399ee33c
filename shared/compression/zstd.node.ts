import * as zlib from "node:zlib";
import type { BlobCodec } from "./blob-codec.ts";
import { limits } from "../limits.ts";
import { WindowRoom } from "./window-room.ts";
import { zstdCodec } from "./zstd-codec.ts";

/** zstd by Node, in its pool of threads. */
export const nodeZstd: BlobCodec = zstdCodec(zlib, new WindowRoom(limits.zstdWindowsBytes));
