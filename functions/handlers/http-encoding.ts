import type { BlobCodec, BlobCodecs } from "../../shared/compression/blob-codec.ts";
import type { RequestHeader } from "./call-context.ts";
import { UnacceptableBody } from "./http-body.ts";

/** The codec of an answer: one that the client takes, and does not like less than plain bytes. */
export function acceptedCodec(header: RequestHeader, { list }: BlobCodecs): BlobCodec | undefined {
  const accepted = header.get("accept-encoding");
  if (accepted === null) return undefined;
  const weights = parseWeights(accepted);
  const ofPlain = weights.get("identity") ?? 0;
  return list.find(({ compressor }) => {
    const weight = weights.get(compressor) ?? 0;
    return weight > 0 && weight >= ofPlain;
  });
}

/** The encoding of a request's body; `undefined` where it comes as it is. */
export function encodingOf(header: RequestHeader): string | undefined {
  const encoding = (header.get("content-encoding") ?? "").trim().toLowerCase();
  return encoding === "" || encoding === "identity" ? undefined : encoding;
}

/** The codec of a body. Throws `UnacceptableBody` where it is none of `codecs`. */
export function codecFor(encoding: string, codecs: readonly BlobCodec[]): BlobCodec {
  const codec = codecs.find(({ compressor }) => compressor === encoding);
  if (codec !== undefined) return codec;
  const supported = ["identity", ...codecs.map(({ compressor }) => compressor)].join(", ");
  throw new UnacceptableBody(
    415,
    `Content-Encoding ${encoding} is not supported here; these are: ${supported}`,
    { "accept-encoding": supported },
  );
}

/** Reads `zstd, gzip;q=0.5`. A weight that is none counts as 0. */
function parseWeights(text: string): ReadonlyMap<string, number> {
  const pattern = /^ *(?<name>[^ ;]+) *(?:; *q=(?<weight>[^ ;]*) *)?$/i;
  const weights = text.split(",").flatMap((item) => {
    const { name, weight = "1" } = pattern.exec(item)?.groups ?? {};
    return name === undefined ? [] : [[name.toLowerCase(), Number(weight) || 0] as const];
  });
  return new Map(weights);
}
