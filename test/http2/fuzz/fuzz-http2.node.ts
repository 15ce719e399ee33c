import { createHash } from "node:crypto";
import { BrokenRule } from "../../fuzz/broken-rule.node.ts";
import { Random } from "../../fuzz/random.node.ts";
import { bytesOfFrame, frameTypes } from "../../support/http2-frames.node.ts";
import type { Manner } from "./recorded-stream.node.ts";
import { checkGoodStream } from "./rules.node.ts";
import { breakOne, flipped } from "./noise.node.ts";
import { goodBodyOf, hello, writeScript } from "./script.node.ts";
import { goodStream } from "./stream-ids.ts";
import { type Outcome, speak } from "./speak.node.ts";

const manners: readonly Manner[] = ["echo", "early", "reset", "abrupt", "large", "hold", "silent"];

const MAX_CHUNK_BYTES = 3000;
const MAX_CHUNKS = 3000;

/** How a seed's script is spoilt, and spoken. */
export type Http2Mix = "frames" | "bytes" | "splits" | "stalls";

export const http2Mixes: readonly Http2Mix[] = ["frames", "bytes", "splits", "stalls"];

/** One connection's worth of nonsense. Resolves how many frames answered it; throws BrokenRule. */
export async function fuzzHttp2(seed: number, mix: Http2Mix): Promise<number> {
  const random = new Random(seed);
  return mix === "splits" ? await fuzzSplits(random) : await fuzzScript(random, mix);
}

async function fuzzScript(random: Random, mix: Http2Mix): Promise<number> {
  const goodBody = goodBodyOf(random);
  const script = writeScriptBytes(goodBody, random);
  const bytes = mix === "bytes" ? flipped(script, random) : script;
  const manner = (id: number): Manner => (id === goodStream ? "echo" : random.pick(manners));
  const chunkBytes = 1 + random.below(MAX_CHUNK_BYTES);
  const outcome = await speak({ bytes, random, manner, chunkBytes, stalls: mix === "stalls" });
  if (mix !== "bytes") checkGoodStream(outcome, goodBody);
  return outcome.answers.length;
}

/** The same twice, in one piece and in many; nobody answers, since when they do depends on what has come. */
async function fuzzSplits(random: Random): Promise<number> {
  const script = writeScriptBytes(goodBodyOf(random), random);
  const bytes = random.chance(0.5) ? flipped(script, random) : script;
  const chunkBytes = Math.ceil(bytes.byteLength / MAX_CHUNKS) + random.below(40);
  const speech = { bytes, random, manner: (): Manner => "silent", stalls: false };
  const whole = await speak({ ...speech, chunkBytes: bytes.byteLength });
  const cut = await speak({ ...speech, chunkBytes });
  compare(whole, cut);
  return cut.answers.length;
}

function writeScriptBytes(goodBody: Buffer, random: Random): Buffer {
  const isMild = random.chance(0.5);
  let frames = writeScript(goodBody, random, isMild);
  for (let count = isMild ? 0 : random.below(4); count > 0; count -= 1)
    frames = breakOne(frames, random);
  return Buffer.concat([hello(random), ...frames.map(bytesOfFrame)]);
}

/** However bytes are cut, they mean the same. */
function compare(whole: Outcome, cut: Outcome): void {
  const [a, b] = [summaryOf(whole), summaryOf(cut)];
  if (a !== b) throw new BrokenRule(`in one piece: ${a}; in many: ${b}`);
}

function summaryOf({ streams, answers }: Outcome): string {
  const told = [...streams].map(([id, { received, hasEnded }]) => {
    const hash = createHash("sha256").update(received).digest("hex").slice(0, 8);
    return `${id}: ${received.byteLength} ${hash} ${hasEnded}`;
  });
  const errors = answers.filter(
    ({ type }) => type === frameTypes.goAway || type === frameTypes.rstStream,
  );
  return `${told.join(", ")} | ${errors.map(({ payload, streamId }) => `${streamId} ${payload.toString("hex")}`).join(", ")}`;
}
