import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  type ActionResult,
  ActionResultSchema,
} from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { outcome } from "../../conformance/outcome.ts";
import { cachePath } from "./http.node.ts";
import type { KnownBlob, Place } from "./known-blobs.node.ts";
import type { World } from "./world.node.ts";
import type { WrittenAction } from "./written-actions.node.ts";

/** An action of which there may be a result: a blob of SHA-256 stands for it, whether it is there or not. */
function drawAction(world: World): Place {
  const [empty, tiny] = blobsOf(world);
  const actions = [empty, tiny].filter((blob) => blob !== undefined);
  return { instanceName: world.random.pick(world.instanceNames), blob: world.random.pick(actions) };
}

/** What a result may refer to: all by one digest function. */
function blobsOf({ blobs }: World): readonly KnownBlob[] {
  return blobs.filter(({ function: name }) => name === "sha256");
}

/** Writes a result that refers to blobs, whether they are there or not; now and then one that nobody can read. */
export async function writeAction(world: World): Promise<void> {
  const { random, actions } = world;
  const place = drawAction(world);
  const written = drawResult(world);
  const isWrong = random.chance(0.1);
  const result = create(ActionResultSchema, messageOf(written, isWrong));
  world.trace(`write result ${written.version}${isWrong ? ", wrong" : ""}`);
  const isTaken = random.chance(0.7)
    ? await update(world, place, result)
    : await putByHttp(world, place, result);
  if (isTaken === isWrong)
    world.broken(place, `has a result that is ${isTaken ? "" : "not "}taken`);
  if (isTaken) actions.write(place.instanceName, place.blob, written);
}

function drawResult(world: World): WrittenAction {
  const { random, actions } = world;
  const outputs = Array.from({ length: random.below(4) }, () => random.pick(blobsOf(world)));
  const files = new Map(outputs.map((blob, index) => [`out/${index}`, blob]));
  const needs = outputs.flatMap((blob) => [blob, ...blob.needs]);
  return { version: actions.nextVersion(), files, needs };
}

function messageOf({ version, files }: WrittenAction, isWrong: boolean) {
  const all = [...files];
  const isTree = ([, { needs }]: (typeof all)[number]): boolean => needs.length > 0;
  return {
    exitCode: version,
    outputFiles: [
      ...all.filter((file) => !isTree(file)).map(([path, { digest }]) => ({ path, digest })),
      ...(isWrong ? [{ path: "wrong", digest: { hash: "z", sizeBytes: 1n } }] : []),
    ],
    outputDirectories: all
      .filter(isTree)
      .map(([path, { digest: treeDigest }]) => ({ path, treeDigest })),
  };
}

async function update(world: World, place: Place, actionResult: ActionResult): Promise<boolean> {
  const { instanceName, blob } = place;
  const request = { instanceName, actionDigest: blob.digest, actionResult };
  const found = await outcome(world.clients().actions.updateActionResult(request));
  if (found !== "OK" && found !== "InvalidArgument")
    world.broken(place, `is written with ${found}`);
  return found === "OK";
}

async function putByHttp(world: World, place: Place, result: ActionResult): Promise<boolean> {
  const bytes = toBinary(ActionResultSchema, result);
  const path = cachePath(place, "ac");
  const { status } = await world.cache.http({ method: "PUT", path, body: bytes });
  if (status !== 200 && status !== 400) world.broken(place, `is written with HTTP ${status}`);
  return status === 200;
}

/** Asks for a result, which is to be found if all is there that it needs, and only then. */
export async function readAction(world: World): Promise<void> {
  const { random, ledger, actions } = world;
  const place = drawAction(world);
  const { instanceName } = place;
  const last = actions.last(instanceName, place.blob);
  const needs = last?.needs.map((blob) => ({ instanceName, blob })) ?? [];
  const mustFind = last !== undefined && needs.every((need) => ledger.mustHold(need));
  const found = random.chance(0.7) ? await get(world, place) : await getByHttp(world, place);
  world.trace(`read result ${found?.exitCode ?? "not found"}`);
  if (found === undefined) {
    if (mustFind) world.broken(place, "has a result that is not found");
    return;
  }
  if (found.exitCode !== last?.version) world.broken(place, "has another result than the last");
  for (const need of needs) ledger.keep(need);
  for (const { path, contents } of found.outputFiles) {
    const data = last.files.get(path)?.data ?? new Uint8Array();
    const isRight = contents.byteLength === 0 || Buffer.compare(contents, data) === 0;
    if (!isRight) world.broken(place, `has a result with wrong contents of ${path}`);
  }
}

async function get(world: World, place: Place): Promise<ActionResult | undefined> {
  const { instanceName, blob } = place;
  const inlineOutputFiles = world.random.pick([[], ["out/0", "out/1", "nothing"]]);
  const request = { instanceName, actionDigest: blob.digest, inlineOutputFiles };
  try {
    return await world.clients().actions.getActionResult(request);
  } catch (error) {
    if (ConnectError.from(error).code === Code.NotFound) return undefined;
    throw error;
  }
}

async function getByHttp(world: World, place: Place): Promise<ActionResult | undefined> {
  const path = cachePath(place, "ac");
  const { status, body } = await world.cache.http({ method: "GET", path });
  if (status === 404) return undefined;
  if (status !== 200) world.broken(place, `has a result that is answered with HTTP ${status}`);
  return fromBinary(ActionResultSchema, body);
}
