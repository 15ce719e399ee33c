import { drawMessage } from "./draw-message.node.ts";
import { drawIdentity, drawPlan } from "./draw-plan.node.ts";
import { inWords, type UploadIdentity, writeNameOf } from "./known-blobs.node.ts";
import type { WriteMessage } from "./upload-rules.node.ts";
import type { Upload } from "./upload.node.ts";
import type { World } from "./world.node.ts";

const MAX_UPLOADS = 6;

/** How often a stream whose fate is sealed hears more all the same. */
const TOO_MUCH = 0.3;

/** Opens a stream, which may go on where another one broke off. */
export async function beginUpload(world: World): Promise<void> {
  begin(world, drawIdentity(world));
}

function begin(world: World, identity: UploadIdentity): void {
  if (world.uploads.length >= MAX_UPLOADS) return;
  const plan = drawPlan(world, identity);
  const { place, compressor, uuid, offset, payload } = plan;
  const how = `${compressor} at ${offset}${payload.plain === undefined ? ", unsound" : ""}`;
  world.trace(`begin ${inWords(place)} by ${uuid} as ${how}`);
  world.open(plan);
}

/** Sends a few messages on one stream. */
export async function advance(world: World): Promise<void> {
  const { random, uploads } = world;
  const upload = drawUpload(world);
  if (upload === undefined) return await beginUpload(world);
  const { place } = upload.plan;
  for (let left = 1 + random.below(3); left > 0; left--) {
    const { verdict } = upload.rules;
    const isSealed = verdict !== "nothing" && verdict !== "part";
    if (isSealed && !random.chance(TOO_MUCH)) return;
    const other = drawIdentity(world);
    const otherPlace = { ...other.place, instanceName: place.instanceName };
    const message = drawMessage(upload, writeNameOf({ ...other, place: otherPlace }), random);
    world.trace(`${uploads.indexOf(upload)} ${inMessageWords(message)}`);
    world.send(upload, message);
  }
}

function inMessageWords({ writeOffset, data, finishWrite, resourceName }: WriteMessage): string {
  return `${writeOffset}+${data.byteLength}${finishWrite ? " finish" : ""} ${resourceName}`;
}

export async function halfClose(world: World): Promise<void> {
  const upload = drawUpload(world);
  if (upload === undefined) return;
  world.trace(`end ${world.uploads.indexOf(upload)}`);
  upload.end();
}

export async function cancel(world: World): Promise<void> {
  const upload = drawUpload(world);
  if (upload === undefined) return;
  world.trace(`cancel ${world.uploads.indexOf(upload)}`);
  upload.cancel();
}

function drawUpload({ random, uploads }: World): Upload | undefined {
  return uploads.length === 0 ? undefined : random.pick(uploads);
}

/** Asks where an upload goes on, mostly one that there has been. */
export async function queryStatus(world: World): Promise<void> {
  await query(world, drawIdentity(world));
}

async function query(world: World, identity: UploadIdentity): Promise<void> {
  const { sessions, ledger } = world;
  const { place } = identity;
  const { sizeBytes } = place.blob.digest;
  const resourceName = writeNameOf(identity);
  const mustHold = ledger.mustHold(place);
  const { byteStream } = world.clients();
  const { committedSize, complete } = await byteStream.queryWriteStatus({ resourceName });
  world.trace(`query ${inWords(place)}: ${committedSize}, ${complete}`);
  if (!complete) {
    if (mustHold) world.broken(place, "is said to be incomplete, after it was there");
    sessions.told(resourceName, committedSize, sizeBytes);
    return;
  }
  ledger.keep(place);
  if (committedSize !== sizeBytes) world.broken(place, `is complete with ${committedSize} bytes`);
}

/** As clients do whose stream broke: asks where its upload goes on, and goes on there. */
export async function resume(world: World): Promise<void> {
  const { known, ledger, random } = world;
  const incomplete = known.filter(({ place }) => !ledger.mayHold(place));
  if (incomplete.length === 0) return;
  const identity = random.pick(incomplete);
  await query(world, identity);
  begin(world, identity);
}
