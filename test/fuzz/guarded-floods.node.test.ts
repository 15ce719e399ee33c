import { setTimeout as sleep } from "node:timers/promises";
import { describe, it } from "vitest";
import { gone } from "../support/dial.node.ts";
import { AttackedServer, shapes } from "./attacked-server.node.ts";
import { floodBytes, floodNames } from "./floods.node.ts";

/** How long a client floods a server that does not hang up. */
const PATIENCE_MS = 2000;
const CONNECTIONS = 3;

async function flood(server: AttackedServer, bytes: Buffer): Promise<void> {
  const socket = server.dial();
  const closed = gone(socket);
  const taken = new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  await Promise.race([closed, taken, sleep(PATIENCE_MS)]);
  // What was taken may still have to be understood.
  await Promise.race([closed, sleep(100)]);
  socket.destroy();
  await closed;
}

describe.each(Object.entries(shapes))("over %s, others are served during a flood", (_, shape) => {
  it.for(floodNames)("of %s", async (name, { annotate, expect }) => {
    await using server = await AttackedServer.start(shape);
    const bytes = floodBytes(name);
    const attack = async (): Promise<void> => {
      await Promise.all(Array.from({ length: CONNECTIONS }, () => flood(server, bytes)));
    };
    await annotate(await server.expectServing(attack, expect));
  });
});
