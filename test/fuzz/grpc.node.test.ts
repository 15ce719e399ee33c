import { afterAll, beforeAll, describe, it } from "vitest";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { answerTo, open, openCall, pathOf, type RawAnswer } from "../support/raw-grpc.node.ts";
import { attack } from "./campaign.node.ts";
import { expectMissing } from "./health.node.ts";
import { sampleMessages } from "./sample-messages.node.ts";
import { canary } from "./sessions.node.ts";
import { type Twist, twists } from "./twists.node.ts";

const RUNS = 400;

/** What gRPC calls INTERNAL although the client is to blame: bytes that are no message. */
const unreadable =
  /^(?:parse binary: |received compressed envelope, but do not know|decompression failed)/;

/** What is wrong with an answer to a mistake of the client. */
function faultOf({ httpStatus, status, message, resetCode, body }: RawAnswer): string | undefined {
  if (resetCode !== 0) return `the stream was reset with ${resetCode}`;
  if (status === undefined) {
    // Requests that are not gRPC are answered in their own protocol.
    const isServerError = httpStatus === undefined || httpStatus >= 500;
    return isServerError && !body.includes("parse ") ? `HTTP ${httpStatus}` : undefined;
  }
  const isInternal = status === 13 && !unreadable.test(message);
  const isUnknown = status === 2 || !(status >= 0 && status <= 16);
  return isInternal || isUnknown ? `status ${status}: ${message}` : undefined;
}

let hayloft: Hayloft;
beforeAll(async () => {
  hayloft = await startHayloft({ args: ["--store", "memory", "--size", "64MiB"] });
});
afterAll(async () => {
  await hayloft.stop();
});

const attacks: readonly [string, Twist][] = Object.entries(twists);

describe("calls that are not quite gRPC get an answer that says so", () => {
  for (const [name, twist] of attacks) {
    it(name, async ({ expect }) => {
      const session = open(hayloft.url);
      await attack(hayloft, expect, {
        runs: RUNS,
        run: async (random) => {
          const { method, message } = random.pick(sampleMessages);
          const { body, headers } = twist(message, random);
          const stream = openCall(session, pathOf(method), headers);
          stream.end(body);
          expect(faultOf(await answerTo(stream))).toBeUndefined();
        },
      });
      session.destroy();
      await expectMissing(hayloft, expect, canary);
    });
  }
});
