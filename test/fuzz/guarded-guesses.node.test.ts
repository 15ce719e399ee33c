import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type ClientHttp2Session, connect } from "node:http2";
import { describe, it } from "vitest";
import { ContentAddressableStorage } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { KIB } from "../support/bytes.ts";
import { answerTo, openCall, pathOf } from "../support/raw-grpc.node.ts";
import { AttackedServer, shapes } from "./attacked-server.node.ts";

const CONNECTIONS = 3;
const GUESSES = 4000;
const AT_ONCE = 50;
const UNAUTHENTICATED = 16;
/** Node's HTTP/2 refuses streams while it has yet to forget others. */
const ENHANCE_YOUR_CALM = 11;

const path = pathOf(ContentAddressableStorage.method.findMissingBlobs);

async function sessionOn(server: AttackedServer): Promise<ClientHttp2Session> {
  const socket = server.dial();
  // `connect` takes a TLS connection for one that has shaken hands.
  await once(socket, "alpnProtocol" in socket ? "secureConnect" : "connect");
  const session = connect("http://cache", {
    createConnection: () => socket,
    maxSessionMemory: 4000,
  });
  return session.on("error", () => session.destroy());
}

/** Shows one wrong token after the other. How the calls ended: by a status, or else by the code of a reset. */
async function guess(session: ClientHttp2Session, count: number): Promise<Set<number>> {
  const statuses = new Set<number>();
  for (let guesses = 0; guesses < count; guesses++) {
    const authorization = `Bearer ${randomBytes(3 * KIB).toString("base64url")}`;
    const stream = openCall(session, path, { authorization });
    stream.end();
    const { status, resetCode } = await answerTo(stream);
    statuses.add(status ?? resetCode);
  }
  return statuses;
}

describe.each(Object.entries(shapes))("over %s, others are served", (_, shape) => {
  it("while somebody guesses tokens", async ({ annotate, expect }) => {
    await using server = await AttackedServer.start(shape);
    const attack = async (): Promise<void> => {
      for (let connection = 0; connection < CONNECTIONS; connection++) {
        const session = await sessionOn(server);
        const guessing = Array.from({ length: AT_ONCE }, () => guess(session, GUESSES / AT_ONCE));
        for (const statuses of await Promise.all(guessing)) {
          expect(statuses).toContain(UNAUTHENTICATED);
          if (shape.http2 === "node") statuses.delete(ENHANCE_YOUR_CALM);
          expect([...statuses]).toEqual([UNAUTHENTICATED]);
        }
        session.destroy();
      }
    };
    await annotate(await server.expectServing(attack, expect));
  });
});
