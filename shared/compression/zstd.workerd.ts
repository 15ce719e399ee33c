// oxlint-disable-next-line import/no-nodejs-modules -- the one module of Node's that the runtime of Workers is asked for.
import * as zlib from "node:zlib";
import type { BlobCodec } from "./blob-codec.ts";
import { WindowRoom } from "./window-room.ts";
import { zstdCodec } from "./zstd-codec.ts";

/** A request that the runtime ends would never give its share back. */
const unlimited = new WindowRoom(Number.POSITIVE_INFINITY);

/** zstd by the runtime. */
export const workerdZstd: BlobCodec = zstdCodec(zlib, unlimited);
