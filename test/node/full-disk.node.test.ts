import { rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, test } from "vitest";
import {
  ActionCache,
  ContentAddressableStorage,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { ByteStream } from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import { RetryInfoSchema } from "../../shared/proto/gen/google/rpc/error_details_pb.ts";
import { blobOf, type TestBlob } from "../support/blobs.ts";
import { KIB, MIB } from "../support/bytes.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { mountMemory, noDevices } from "../support/root-devices.node.ts";

/** Takes what a file system still has. */
async function fill(folder: string): Promise<string> {
  const { bavail, bsize } = await statfs(folder);
  const path = join(folder, "ballast");
  await writeFile(path, new Uint8Array(bavail * bsize));
  return path;
}

function digestMessage({ digest }: TestBlob): { hash: string; sizeBytes: bigint } {
  return { hash: digest.hash, sizeBytes: BigInt(digest.sizeBytes) };
}

test.skipIf(noDevices !== undefined).for([["1"], ["2"]])(
  "a full disk is RESOURCE_EXHAUSTED in each reply, in the metrics and in the log, with %s threads",
  async ([workers]) => {
    await using mount = await mountMemory(16 * MIB);
    const args = ["--size", "256MiB", "--workers", workers ?? "1"];
    await using server = await startHayloft({ data: mount.folder, args });
    const held = await blobOf(100 * KIB, 1);
    const put = async ({ digest, bytes }: TestBlob): Promise<Response> =>
      await fetch(`${server.url}/cas/${digest.hash}`, { method: "PUT", body: Buffer.from(bytes) });
    expect((await put(held)).status).toBe(200);
    const ballast = await fill(mount.folder);

    const [large, small, other] = await Promise.all([
      blobOf(3 * MIB, 2),
      blobOf(100 * KIB, 3),
      blobOf(100 * KIB, 4),
    ]);
    const overHttp = await put(large);
    expect(overHttp.status).toBe(507);
    expect(await overHttp.text()).toMatch(/cannot write .*ENOSPC/);

    const transport = createGrpcTransport({ baseUrl: server.url });
    const resourceName = `uploads/a-full-disk/blobs/${large.digest.hash}/${large.bytes.byteLength}`;
    const streamed = createClient(ByteStream, transport).write(
      (async function* () {
        yield { resourceName, data: large.bytes, finishWrite: true };
      })(),
    );
    const error = await streamed.catch((caught: unknown) => ConnectError.from(caught));
    expect(error).toMatchObject({ code: Code.ResourceExhausted });
    expect(error instanceof ConnectError && error.findDetails(RetryInfoSchema)).toHaveLength(1);

    const { responses } = await createClient(ContentAddressableStorage, transport).batchUpdateBlobs(
      {
        requests: [small, other].map((blob) => ({ digest: digestMessage(blob), data: blob.bytes })),
      },
    );
    expect(responses.map(({ status }) => status?.code)).toEqual([
      Code.ResourceExhausted,
      Code.ResourceExhausted,
    ]);

    const update = createClient(ActionCache, transport).updateActionResult({
      actionDigest: digestMessage(small),
      actionResult: { stdoutRaw: new Uint8Array(100 * KIB) },
    });
    await expect(update).rejects.toMatchObject({ code: Code.ResourceExhausted });

    expect(server.output()).toMatch(
      /"rpc":"PUT cas".*"code":"RESOURCE_EXHAUSTED".*"class":"exhausted","error":"cannot write .*ENOSPC/,
    );
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    const counted = metrics.match(/^hayloft_errors_total\{.*error="exhausted".*\}/gm);
    expect(counted?.length).toBeGreaterThanOrEqual(3);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${server.url}/cas/${held.digest.hash}`)).status).toBe(200);

    await rm(ballast);
    expect((await put(large)).status).toBe(200);
    expect(await server.stop()).toBe(0);
  },
);
