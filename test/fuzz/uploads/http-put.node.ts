import { drawData } from "./draw-data.node.ts";
import { cachePath } from "./http.node.ts";
import { inWords, type Place } from "./known-blobs.node.ts";
import { drawZstd } from "./payloads.node.ts";
import type { World } from "./world.node.ts";
import { plainOf, shapeOf } from "./zstd-frames.node.ts";

/** The body of a PUT, and how it may be answered. */
interface Put {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  readonly isRight: boolean;
  readonly statuses: readonly number[];
}

/** Uploads a blob by HTTP. */
export async function putByHttp(world: World): Promise<void> {
  const { random, ledger, offer } = world;
  const place = world.drawPlace();
  const isEncoded = offer.compressors.includes("zstd") && random.chance(0.4);
  const put = isEncoded ? drawEncoded(world, place) : drawPlain(world, place);
  const { body, headers, isRight, statuses } = put;
  if (isRight) ledger.offer(place);
  world.trace(`put ${isRight ? "" : "wrong "}${inWords(place)}${isEncoded ? " by zstd" : ""}`);
  const path = cachePath(place);
  const { status } = await world.cache.http({ method: "PUT", path, body, headers });
  if (!statuses.includes(status)) world.broken(place, `is put with HTTP ${status}`);
  if (status === 200) ledger.keep(place);
}

/** No size is named, so that the bytes alone have to be right. */
function drawPlain({ random }: World, { blob }: Place): Put {
  const body = drawData(blob.data, random);
  const isRight = Buffer.compare(body, blob.data) === 0;
  return { body, headers: {}, isRight, statuses: isRight ? [200] : [400] };
}

/** The size is named, or the first frame tells it. */
function drawEncoded({ random }: World, { blob }: Place): Put {
  const body = drawZstd(blob.data, random);
  const plain = plainOf(body, blob.data.byteLength);
  const isRight = plain !== undefined && Buffer.compare(plain, blob.data) === 0;
  const isNamed = random.chance(0.5);
  const size = isNamed ? { "x-digest-sizebytes": `${blob.data.byteLength}` } : {};
  const { frames, windowBytes } = shapeOf(body);
  const isSimple = windowBytes < 8_000_000 && (isNamed || frames === 1);
  const refusals = isRight && isSimple ? [] : [400, 411, 413];
  const statuses = isRight ? [200, ...refusals] : refusals;
  return { body, headers: { "content-encoding": "zstd", ...size }, isRight, statuses };
}
