import { type Client, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import {
  ActionCache,
  ContentAddressableStorage,
  DigestFunction_Value,
} from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { ByteStream } from "../../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { MIB } from "../../support/bytes.ts";
import type { MadeUpBlobs } from "../made-up-blobs.node.ts";
import type { BenchServer } from "../servers/bench-server.ts";
import { actionDigest, actionResultOf, wireDigest } from "./action.ts";

const digestFunction = DigestFunction_Value.SHA256;

/** Well below what any server takes in one message. */
const BATCH_BYTES = MIB;

/** Brings the blobs, and an action result that refers to them, as a client would. */
export async function fill(
  { grpc, authorization }: BenchServer,
  made: MadeUpBlobs,
  withAction: boolean,
): Promise<void> {
  const transport = createGrpcTransport({
    baseUrl: `http://${grpc}`,
    interceptors: [
      (next) => async (request) => {
        request.header.set("authorization", authorization);
        return await next(request);
      },
    ],
  });
  if (made.sizeBytes > BATCH_BYTES / 2) await writeAll(createClient(ByteStream, transport), made);
  else await updateAll(createClient(ContentAddressableStorage, transport), made);
  if (!withAction) return;
  const actionResult = actionResultOf(made.digests);
  const actions = createClient(ActionCache, transport);
  await actions.updateActionResult({ actionDigest, actionResult, digestFunction });
}

async function updateAll(
  client: Client<typeof ContentAddressableStorage>,
  made: MadeUpBlobs,
): Promise<void> {
  const blobs = made.digests.map((digest, index) => ({
    digest: wireDigest(digest),
    data: Buffer.concat(made.pieces(index)),
  }));
  const perCall = Math.floor(BATCH_BYTES / made.sizeBytes);
  for (let first = 0; first < blobs.length; first += perCall) {
    const requests = blobs.slice(first, first + perCall);
    const { responses } = await client.batchUpdateBlobs({ requests, digestFunction });
    const refused = responses.find(({ status }) => (status?.code ?? 0) !== 0);
    if (refused !== undefined) throw new Error(`not stored: ${refused.status?.message ?? ""}`);
  }
}

async function writeAll(client: Client<typeof ByteStream>, made: MadeUpBlobs): Promise<void> {
  for (const [index, { hash, sizeBytes }] of made.digests.entries()) {
    const resourceName = `uploads/${crypto.randomUUID()}/blobs/${hash}/${sizeBytes}`;
    const pieces = made.pieces(index);
    async function* messages() {
      let offset = 0;
      for (const data of pieces) {
        const writeOffset = BigInt(offset);
        offset += data.byteLength;
        yield { resourceName, writeOffset, data, finishWrite: offset === sizeBytes };
      }
    }
    await client.write(messages());
  }
}
