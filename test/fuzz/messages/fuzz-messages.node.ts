import {
  type DescMessage,
  fromBinary,
  fromJsonString,
  type JsonValue,
  type Message,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import {
  ActionCache,
  Capabilities,
  ContentAddressableStorage,
} from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { ByteStream } from "../../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { Health } from "../../../shared/proto/gen/grpc/health/v1/health_pb.ts";
import { ServerReflection } from "../../../shared/proto/gen/grpc/reflection/v1/reflection_pb.ts";
import { limits } from "../../../shared/limits.ts";
import { FuzzedCache, type FuzzedCacheOptions } from "../fuzzed-cache.node.ts";
import { mutate } from "../mutate.node.ts";
import { withPatience } from "../patience.node.ts";
import { Random } from "../random.node.ts";
import { MessageDrawer } from "./draw-message.node.ts";
import { faultIn } from "./faults.node.ts";
import { mutateFields } from "./field-mutations.node.ts";
import { mutateJson } from "./json-mutations.node.ts";
import { callWith, type Method, type Way } from "./raw-calls.node.ts";
import { stock } from "./stock.node.ts";

const CALLS_PER_RUN = 60;

/** Every RPC that ends by itself. */
const methods: readonly Method[] = [
  ...Object.values(Capabilities.method),
  ...Object.values(ContentAddressableStorage.method),
  ...Object.values(ActionCache.method),
  ...Object.values(ByteStream.method),
  Health.method.check,
  ServerReflection.method.serverReflectionInfo,
];

/** Calls a server with messages that are drawn, and mostly wrong. Resolves how many calls there were. */
export async function fuzzMessages(
  seed: number,
  options: FuzzedCacheOptions = {},
): Promise<number> {
  const random = new Random(seed);
  const cache = new FuzzedCache(options);
  const drawer = new MessageDrawer(await stock(cache.clients("connect")), random);
  for (let left = CALLS_PER_RUN; left > 0; left--) {
    const method = random.pick(methods);
    const way = {
      protocol: random.pick(cache.protocols),
      format: random.chance(0.8) ? "binary" : "json",
    } as const;
    const bytes = drawBytes(method, drawer.draw(method.input), way, random);
    if (bytes.byteLength > limits.requestMessageBytes) continue;
    const call = callWith(bytes, method, way, cache.routes);
    const outcome = await withPatience(method.name, call);
    const fault = faultIn(outcome, isMessage(method, bytes, way));
    if (fault === undefined) continue;
    throw new Error(`${method.name} by ${way.protocol} in ${way.format} ended with ${fault}`);
  }
  await cache.expectClean();
  return CALLS_PER_RUN;
}

/** The message in bytes: now and then whole, mostly with mistakes. */
function drawBytes(
  { input }: Method,
  message: Message,
  { format }: Way,
  random: Random,
): Uint8Array {
  if (format === "json") {
    const json = jsonOf(input, message);
    return Buffer.from(JSON.stringify(random.chance(0.3) ? json : mutateJson(json, random)));
  }
  const bytes = toBinary(input, message);
  if (random.chance(0.4)) return bytes;
  return random.chance(0.8)
    ? mutateFields(input, bytes, random)
    : mutate(Buffer.from(bytes), random);
}

/** The message in JSON, or an empty one where it has no such form. */
function jsonOf(desc: DescMessage, message: Message): JsonValue {
  try {
    return toJson(desc, message);
  } catch {
    return {};
  }
}

/** Whether the library can read the bytes as a message of the method. */
function isMessage({ input }: Method, bytes: Uint8Array, { format }: Way): boolean {
  try {
    if (format === "binary") fromBinary(input, bytes);
    else fromJsonString(input, Buffer.from(bytes).toString(), { ignoreUnknownFields: true });
    return true;
  } catch {
    return false;
  }
}
