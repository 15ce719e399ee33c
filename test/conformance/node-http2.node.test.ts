import { afterAll } from "vitest";
import { startHayloft } from "../support/hayloft.node.ts";
import { shapeConformance } from "./conformance.node.ts";
import { nodeShape } from "./shapes.ts";

// Over the HTTP/2 server that Node brings along: nobody can tell which one it is.
const hayloft = await startHayloft({ args: ["--http2", "node"] });
afterAll(async () => void (await hayloft.stop()));

shapeConformance({ ...nodeShape, protocols: ["grpc"] }, { baseUrl: hayloft.url });
