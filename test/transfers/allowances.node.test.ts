import { Code } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import type { Policy } from "../../functions/access/policy.ts";
import type { Allowance } from "../../shared/stores/call.ts";
import { randomBlob } from "../conformance/blobs.ts";
import { failure } from "../conformance/outcome.ts";
import { upload } from "./transfers-client.node.ts";
import { transfersServers } from "./transfers-server.node.ts";

const start = transfersServers();

function everybodyWith(allowance: Allowance): Policy {
  return { anonymous: { grants: [{ instance: "**", rights: ["read", "write"] }], allowance } };
}

describe("uploads by presigned requests", () => {
  it("count where they begin, and begin no more once they are too many", async () => {
    await using server = await start({ policy: everybodyWith({ uploadBytesPerSecond: 0.001 }) });
    const [first, second] = [randomBlob(2000), randomBlob(2000)];
    await upload({ server, blob: first, instanceName: "" });
    const stored = await server.objects();
    const refused = await failure(server.transfers.beginUploads({ digests: [second.digest] }));
    expect(refused?.code).toBe(Code.ResourceExhausted);
    expect(refused?.rawMessage).toContain("0.001 bytes of uploads per second");
    expect(await server.objects()).toEqual(stored);
  });

  it("are refused for blobs that are too large for who asks", async () => {
    await using server = await start({ policy: everybodyWith({ maxBlobBytes: 1999 }) });
    const { digest } = randomBlob(2000);
    const refused = await failure(server.transfers.beginUploads({ digests: [digest] }));
    expect(refused?.code).toBe(Code.InvalidArgument);
    expect(refused?.rawMessage).toContain("larger than 1999 bytes");
  });
});
