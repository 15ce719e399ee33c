import { afterAll, describe, test } from "vitest";
import { startDeployment, startFunctionUrl } from "../support/function-url.node.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { tokenHashVariables, tokens } from "../support/tokens.node.ts";
import { startWorker } from "../support/worker.node.ts";
import { accessConformance, type Place } from "./conformance.node.ts";
import { awsShape, cloudflareShape, nodeShape, type Shape } from "./shapes.ts";

/** A server that asks for tokens, as a writer, a reader, a stranger and an impostor find it. */
interface Guarded {
  readonly shape: Shape;
  readonly place: Place;
  readonly log: () => string;
}

const stack = new AsyncDisposableStack();
afterAll(async () => await stack.disposeAsync());

async function guardedNode(): Promise<Guarded> {
  const server = stack.use(await startHayloft({ env: tokenHashVariables }));
  return { shape: nodeShape, place: { baseUrl: server.url }, log: () => server.output() };
}

async function guardedWorker(): Promise<Guarded> {
  const variables = { HAYLOFT_TOKEN: tokens.write, HAYLOFT_READ_TOKEN: tokens.read };
  const worker = stack.use(await startWorker(variables));
  const place = { baseUrl: worker.url, httpVersion: "1.1" } as const;
  return { shape: cloudflareShape, place, log: () => worker.log() };
}

async function guardedFunction(): Promise<Guarded> {
  const deployment = stack.use(await startDeployment());
  const server = stack.use(await startFunctionUrl(deployment, tokenHashVariables));
  const place = { baseUrl: server.url, httpVersion: "1.1" } as const;
  return { shape: awsShape, place, log: () => server.log() };
}

const servers = await Promise.all([guardedNode(), guardedWorker(), guardedFunction()]);

describe.for(servers)("$shape.name", ({ shape, place, log }) => {
  accessConformance(shape, { ...place, credentials: tokens });

  test("no token has come into the log", ({ expect }) => {
    for (const token of Object.values(tokens)) {
      expect(log()).not.toContain(token);
      expect(log()).not.toContain(btoa(`any:${token}`));
    }
  });
});
