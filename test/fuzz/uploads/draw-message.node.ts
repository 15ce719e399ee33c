import { flipped } from "./draw-data.node.ts";
import type { Random } from "../random.node.ts";
import type { WriteMessage } from "./upload-rules.node.ts";
import type { Upload } from "./upload.node.ts";

const pieceSizes = [1, 10, 100, 1000, 70_000, Infinity] as const;

/** How often a message is other than it should be. */
const MISTAKES = 0.15;

/** The next message of an upload, or one with a mistake. `otherName` is right in another place. */
export function drawMessage(upload: Upload, otherName: string, random: Random): WriteMessage {
  const message = nextMessage(upload, random);
  return random.chance(MISTAKES) ? mistaken(message, upload, otherName, random) : message;
}

function nextMessage({ rules, plan, name, left, hasBegun }: Upload, random: Random): WriteMessage {
  const data = left.subarray(0, random.pick(pieceSizes));
  // Whoever has nothing left to say says that it was all.
  const isLast =
    data.byteLength === left.byteLength && (left.byteLength === 0 || random.chance(0.7));
  return {
    resourceName: !hasBegun || random.chance(0.3) ? name : "",
    writeOffset: hasBegun ? rules.nextOffset : plan.offset,
    finishWrite: isLast,
    data,
  };
}

function mistaken(
  message: WriteMessage,
  { plan, name, rules, hasBegun }: Upload,
  otherName: string,
  random: Random,
): WriteMessage {
  const { writeOffset, data } = message;
  const { sizeBytes } = plan.place.blob.digest;
  const offsets = [0n, writeOffset + 1n, writeOffset - 1n, -1n, sizeBytes, 2n ** 63n - 1n] as const;
  const otherNames = [otherName, `${name}/more`, `${name} `, "blobs"] as const;
  return random.pick<() => WriteMessage>([
    () => ({ ...message, writeOffset: random.pick(offsets) }),
    // The first message may name whatever it likes.
    () => ({ ...message, resourceName: hasBegun ? random.pick(otherNames) : name }),
    () => ({ ...message, finishWrite: true }),
    () => ({ ...message, finishWrite: false, data: new Uint8Array() }),
    () => ({ ...message, data: flipped(data, random) }),
    () => ({ ...message, data: Buffer.concat([data, random.bytes(1 + random.below(20))]) }),
    () => ({ ...message, data: data.subarray(random.below(data.byteLength + 1)) }),
    () => ({ ...message, data: rules.received }),
  ])();
}
