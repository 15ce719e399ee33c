// oxlint-disable-next-line import/no-nodejs-modules -- what the codec of this runtime is made of.
import * as zlib from "node:zlib";
import { workerdZstd } from "../../shared/compression/zstd.workerd.ts";
import { describeZstd } from "./blob-codec.contract.ts";

describeZstd("workerd's", workerdZstd, zlib);
