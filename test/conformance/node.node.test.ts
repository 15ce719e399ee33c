import { afterAll } from "vitest";
import { startHayloft } from "../support/hayloft.node.ts";
import { shapeConformance } from "./conformance.node.ts";
import { nodeShape } from "./shapes.ts";

const hayloft = await startHayloft();
afterAll(async () => void (await hayloft.stop()));

shapeConformance(nodeShape, { baseUrl: hayloft.url });
