import { afterAll } from "vitest";
import { startWorker } from "../support/worker.node.ts";
import { shapeConformance } from "./conformance.node.ts";
import { cloudflareShape } from "./shapes.ts";

const worker = await startWorker();
afterAll(async () => await worker[Symbol.asyncDispose]());

// workerd itself speaks no other; in front of it, Cloudflare does.
shapeConformance(cloudflareShape, { baseUrl: worker.url, httpVersion: "1.1" });
