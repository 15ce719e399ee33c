import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { MIB } from "../../support/bytes.ts";
import { Random } from "../../support/random.ts";
import type { LoadOrder } from "./load-order.ts";
import type { MadeUpBlob } from "./made-up-blob.node.ts";
import { Pace } from "./pace.ts";
import { Promises } from "./promises.ts";
import type { Tally } from "./tally.ts";
import { Trouble } from "./trouble.ts";
import { openWay } from "./way.node.ts";
import { actionWork } from "./work/action-work.node.ts";
import { httpWork } from "./work/http-work.node.ts";
import type { MadeUpAction } from "./work/made-up-action.node.ts";
import { readWork } from "./work/read-work.node.ts";
import { refusedWork } from "./work/refused-work.node.ts";
import { uploadWork } from "./work/upload-work.node.ts";
import type { Visit, Work } from "./work/visit.node.ts";

/** Of a lease, what is held to: the rest is for answers that take long. */
const HELD_SHARE = 5 / 6;

/** What is kept in use, beside what was stored and forgotten. */
const MOST_PROMISED_BYTES = 48 * MIB;
const MOST_ACTION_BYTES = 2 * MIB;

/** Works that are done on a connection before it is closed, at most. */
const MOST_VISITS = 200;

const allWork = [...uploadWork, ...readWork, ...actionWork, ...httpWork, ...refusedWork];

/** Puts the load on until it is told to stop; then what is under way ends. */
export async function runLoad(order: LoadOrder, tally: Tally, stop: AbortSignal): Promise<void> {
  const now = (): number => Date.now();
  const heldMs = order.leaseMs * HELD_SHARE;
  const shared = {
    order,
    tally,
    blobs: new Promises<MadeUpBlob>({ heldMs, mostBytes: MOST_PROMISED_BYTES, now }),
    actions: new Promises<MadeUpAction>({ heldMs, mostBytes: MOST_ACTION_BYTES, now }),
    uploads: new Pace(order.uploadBytesPerSecond, now),
  };
  const requests = new Pace(order.requestsPerSecond, now);
  const works = allWork.filter(({ resumes = false }) => order.resumes || !resumes);
  const lane = async (random: Random): Promise<void> => {
    while (!stop.aborted) {
      using way = openWay(order, random.pick(order.protocols), order.tokens.write);
      await onOneConnection({ ...shared, way, random });
    }
  };
  const onOneConnection = async (visit: Visit): Promise<void> => {
    for (let left = 1 + visit.random.below(MOST_VISITS); left > 0 && !stop.aborted; left--) {
      await sleep(requests.take(1));
      await once(chosen(works, visit), visit);
    }
  };
  const lanes = Array.from({ length: order.lanes }, (_, index) => order.seed * 1000 + index);
  await Promise.all(lanes.map(async (seed) => await lane(new Random(seed))));
}

/** The next work, by the weights; none that uploads, where more was uploaded than there was time for. */
function chosen(works: readonly Work[], { uploads, random }: Visit): Work {
  const open = uploads.isAhead ? works.filter((work) => work.uploads === undefined) : works;
  let at = random.next() * open.reduce((sum, { weight }) => sum + weight, 0);
  for (const work of open) {
    at -= work.weight;
    if (at < 0) return work;
  }
  return random.pick(open);
}

async function once(work: Work, visit: Visit): Promise<void> {
  visit.tally.request(work.name);
  try {
    await work.run(visit);
  } catch (error) {
    visit.tally.trouble(kindOf(error), `${work.name}: ${wordsOf(error)}`);
  }
}

function kindOf(error: unknown): Trouble["kind"] {
  if (error instanceof Trouble) return error.kind;
  const isFull = error instanceof ConnectError && error.code === Code.ResourceExhausted;
  return isFull ? "no room" : "unexpected answer";
}

function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 300);
}
