import { describe, it } from "vitest";
import { createS3Client } from "../../shared/adapters/aws/aws-clients.node.ts";
import { S3ObjectStore } from "../../shared/adapters/aws/s3-object-store.node.ts";
import { nodeHashers } from "../../shared/digest/hashers.node.ts";
import { limits } from "../../shared/limits.ts";
import { ObjectWriter } from "../../shared/stores/indexed/object-writer.ts";
import { objectOf } from "../contracts/object-store/under-test.ts";
import { bucket, credentials, region } from "../support/aws-engines.node.ts";
import { absentDigest } from "../support/blobs.ts";
import { MIB } from "../support/bytes.ts";
import { abortableCall } from "../support/calls.ts";
import { type Script, ScriptedServer, s3Error } from "../support/scripted-server.node.ts";

/** What S3 would say to an upload in parts; and what it was asked for, in order. */
function multipartScript(asked: string[], failAt?: string): Script {
  return (request, response, before) => {
    const { searchParams } = new URL(request.url ?? "", "http://s3");
    const number = searchParams.get("partNumber");
    const what = number === null ? (request.method ?? "") : `part ${number}`;
    asked.push(what);
    if (what === failAt) return s3Error(500, "InternalError")(request, response, before);
    request.resume();
    return request.once("end", () => {
      response.writeHead(what === "DELETE" ? 204 : 200, { etag: '"etag"' });
      if (what !== "POST") return response.end();
      return response.end(
        "<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>",
      );
    });
  };
}

async function* bodyThat(afterwards: () => void): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < limits.partBytes + 2 * MIB; sent += MIB) yield new Uint8Array(MIB);
  afterwards();
  yield new Uint8Array(MIB);
}

/** Three parts, of which the sender never sends the last. */
const digest = absentDigest(0, 3 * limits.partBytes);

describe("an upload in parts that fails", () => {
  it.for([
    { name: "whose call ends", failAt: undefined, ends: "call", error: "the client went away" },
    { name: "whose body fails", failAt: undefined, ends: "body", error: "the body broke" },
    { name: "whose first part fails", failAt: "part 1", ends: "nothing", error: "InternalError" },
  ])("$name, is given up", async ({ failAt, ends, error }, { expect }) => {
    const asked: string[] = [];
    await using server = await ScriptedServer.start(multipartScript(asked, failAt));
    const client = createS3Client({ endpoint: server.url, credentials, region });
    const objects = new S3ObjectStore({ client, bucket, maxPutBytes: MIB });
    const { call, abort } = abortableCall();
    const body = bodyThat(() => {
      if (ends === "call") abort();
      if (ends === "body") throw new Error("the body broke");
    });
    const { key } = await objectOf(1);
    const upload = new ObjectWriter(objects, nodeHashers).write(key, digest, body, call.signal);
    await expect(upload).rejects.toThrow(error);
    expect(asked.slice(0, 2)).toEqual(["POST", "part 1"]);
    expect(asked.at(-1)).toBe("DELETE");
    client.destroy();
  });
});
