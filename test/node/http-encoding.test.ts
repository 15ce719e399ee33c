import { describe, it } from "vitest";
import { acceptedCodec, encodingOf } from "../../functions/handlers/http-encoding.ts";
import { BlobCodecs } from "../../shared/compression/blob-codec.ts";
import { runLengthCodec } from "../support/run-length-codec.ts";

const codecs = new BlobCodecs([runLengthCodec]);

/** Whether a client that says so is answered in zstd. */
function isEncodedFor(accepts: string | undefined): boolean {
  const header = new Headers(accepts === undefined ? {} : { "accept-encoding": accepts });
  return acceptedCodec(header, codecs) !== undefined;
}

describe("encodings over HTTP", () => {
  it.for([
    "zstd",
    "gzip, deflate, snappy, zstd",
    "ZSTD",
    "zstd,gzip",
    " zstd ; q=0.5 , gzip;q=1",
    "zstd;q=1.0, identity",
    "zstd;q=0.3, identity;q=0.3",
    "identity;q=0, zstd;q=0.001",
  ])("an answer to %j is encoded", (accepts, { expect }) => {
    expect(isEncodedFor(accepts)).toBe(true);
  });

  it.for([
    undefined,
    "",
    "gzip, br",
    "*",
    "identity",
    "zstd;q=0",
    "zstd;q=0.0, gzip",
    "zstd;q=0.5, identity",
    "identity;q=0.9, zstd;q=0.8",
    "zstd;q=x",
    "zstd;q=",
    "zstd;q=-1",
    "zstd2",
    "gzip;zstd",
  ])("an answer to %j is not", (accepts, { expect }) => {
    expect(isEncodedFor(accepts)).toBe(false);
  });

  it("a body that names no encoding comes as it is", ({ expect }) => {
    const named = (value: string): string | undefined =>
      encodingOf(new Headers({ "content-encoding": value }));
    expect(encodingOf(new Headers())).toBeUndefined();
    expect(["", "identity", "Identity"].map(named)).toEqual([undefined, undefined, undefined]);
    expect(["ZSTD", "gzip", "zstd, zstd"].map(named)).toEqual(["zstd", "gzip", "zstd, zstd"]);
  });
});
