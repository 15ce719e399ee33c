import { describe, it } from "vitest";
import { startHayloft } from "../support/hayloft.node.ts";
import { type Frame, preface, sessionBytes } from "../support/http2-frames.node.ts";
import { attack } from "./campaign.node.ts";
import { exchange } from "./exchange.node.ts";
import { expectMissing } from "./health.node.ts";
import { mutate } from "./mutate.node.ts";
import type { Random } from "./random.node.ts";
import { canary, sampleFrames } from "./sessions.node.ts";

const frames = sampleFrames();
const session = sessionBytes(frames);

function mutateFrame(frame: Frame, random: Random): Frame {
  const { payload } = frame;
  switch (random.below(4)) {
    case 0:
      return { ...frame, type: random.below(256) };
    case 1:
      return { ...frame, flags: random.below(256) };
    case 2:
      return { ...frame, streamId: random.pick([0, 1, 2, 3, 7, 2 ** 31 - 1, 2 ** 32 - 1]) };
    default:
      return { ...frame, payload: mutate(payload, random) };
  }
}

/** Whole frames that are wrong, missing, twice there or out of order. */
function mutatedFrames(random: Random): Frame[] {
  return frames.flatMap((frame): Frame[] => {
    if (random.chance(0.8)) return [frame];
    const other = random.pick([frame, ...frames]);
    return random.pick<Frame[]>([[], [frame, frame], [other], [mutateFrame(frame, random)]]);
  });
}

describe("bytes that are not quite HTTP/2", () => {
  it("change nothing, whatever they are", async ({ expect }) => {
    await using hayloft = await startHayloft({ args: ["--store", "memory", "--size", "64MiB"] });
    const inputs: readonly [...((random: Random) => Buffer)[], (random: Random) => Buffer] = [
      (random) => random.bytes(random.below(300)),
      (random) => preface.subarray(0, random.below(preface.byteLength)),
      (random) => Buffer.concat([preface, random.bytes(random.below(300))]),
      (random) => mutate(session, random),
      (random) => sessionBytes(mutatedFrames(random)),
    ];
    await attack(hayloft, expect, {
      runs: 3000,
      run: async (random) => {
        const [input = inputs[0]] = inputs.slice(random.below(inputs.length));
        await exchange(hayloft.address, input(random));
      },
    });
    await expectMissing(hayloft, expect, canary);
  });
});
