import { expect, it } from "vitest";
import { randomBlob } from "../conformance/blobs.ts";
import { upload } from "./transfers-client.node.ts";
import { transfersServers } from "./transfers-server.node.ts";

const start = transfersServers();

it("downloads are found in the instances above, and nowhere else", async () => {
  await using server = await start();
  const [above, own, absent] = [randomBlob(2000), randomBlob(3000), randomBlob(2000)];
  await upload({ server, blob: above, instanceName: "main" });
  await upload({ server, blob: own, instanceName: "main/pr-1" });
  const digests = [absent, own, above].map(({ digest }) => digest);
  const waysIn = async (instanceName: string): Promise<readonly (string | undefined)[]> => {
    const { downloads } = await server.transfers.beginDownloads({ instanceName, digests });
    return downloads.map(({ way }) => way.case);
  };
  expect(await waysIn("main/pr-1")).toEqual(["absent", "request", "request"]);
  expect(await waysIn("main/pr-1/deeper")).toEqual(["absent", "request", "request"]);
  expect(await waysIn("main")).toEqual(["absent", "absent", "request"]);
  expect(await waysIn("main/pr-2")).toEqual(["absent", "absent", "request"]);
  expect(await waysIn("mainly")).toEqual(["absent", "absent", "absent"]);
});
