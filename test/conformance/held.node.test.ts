import { afterAll } from "vitest";
import { defineSuite } from "./conformance.node.ts";
import { startHeldServer } from "./held-server.node.ts";
import { diskStores, type HeldStores, indexedStores, memoryStores } from "./held-stores.node.ts";
import { heldShapes, type Shape } from "./shapes.ts";
import { heldSuite } from "./suites.node.ts";
import { createTarget } from "./target.node.ts";

async function heldConformance({ name, notApplicable }: Shape, stores: HeldStores): Promise<void> {
  const server = await startHeldServer(stores);
  afterAll(() => server[Symbol.dispose]());
  const { url: baseUrl, hands } = server;
  defineSuite(name, heldSuite, createTarget({ baseUrl, protocol: "grpc", notApplicable, hands }));
}

await heldConformance(heldShapes.memory, memoryStores());
await heldConformance(heldShapes.disk, await diskStores());
await heldConformance(heldShapes.indexed, indexedStores());
