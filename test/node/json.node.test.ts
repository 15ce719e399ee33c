import { afterAll, beforeAll, expect, test } from "vitest";
import { createConnectTransport } from "@connectrpc/connect-node";
import { blobOf, upload } from "../conformance/blobs.ts";
import { type Clients, clientsOn } from "../conformance/check.ts";
import { drain } from "../conformance/outcome.ts";
import { leaf, parentOf } from "../conformance/trees.ts";
import { concat } from "../support/bytes.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";

let server: Hayloft;
let clients: Clients;
beforeAll(async () => {
  server = await startHayloft();
  const options = { baseUrl: server.url, httpVersion: "1.1", useBinaryFormat: false } as const;
  const transport = createConnectTransport(options);
  clients = clientsOn({ transport, [Symbol.dispose]: () => undefined });
});
afterAll(async () => void (await server.stop()));

test("GetTree in JSON gives every Directory, also those that no encoder would write so", async () => {
  const plain = leaf();
  // An unknown field in front.
  const odd = blobOf(concat([Uint8Array.of(0xf8, 7, 1), leaf().data]));
  const root = parentOf({ odd, plain });
  await upload(clients, "json", plain, odd, root);
  const pages = await drain(clients.cas.getTree({ instanceName: "json", rootDigest: root.digest }));
  const directories = pages.flatMap((page) => page.directories);
  expect(directories).toHaveLength(3);
  expect(directories.filter(({ symlinks }) => symlinks.length === 1)).toHaveLength(2);
});
