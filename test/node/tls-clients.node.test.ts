import { text } from "node:stream/consumers";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Authority, type Certified } from "../support/certificates.node.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { tokenHashes, tokens } from "../support/tokens.node.ts";
import { TlsFolder } from "./tls-files-folder.node.ts";
import { byEveryWay, everyWay, type Reach, type Verdicts } from "./ways-in.node.ts";

const servers = new Authority("servers");
const clients = new Authority("clients");
const strangers = new Authority("clients");
const forServer = servers.issue({ names: [["DNS", "localhost"]] });
const workload = (name: string) =>
  ({ names: [["URI", `spiffe://acme/ns/ci/sa/${name}`]] }) as const;

const rule = {
  when: { uri: "spiffe://acme/ns/ci/sa/{name}" },
  subject: "{name}",
  grants: [{ instance: "{name}/**", rights: ["read"] }],
};
const token = {
  subject: "the holder of a token",
  sha256: tokenHashes.read,
  grants: [{ instance: "**", rights: ["read"] }],
};

/** How somebody who shows this reaches a server. */
function reach(server: Hayloft, shown?: Certified, authorization?: string): Reach {
  return {
    baseUrl: `https://${server.address.replace("127.0.0.1", "localhost")}`,
    connection: { ca: servers.cert, ...shown },
    ...(authorization === undefined ? {} : { authorization }),
  };
}

describe.each(["own", "node"])("client certificates, with --http2 %s", (http2) => {
  let files: TlsFolder;
  let server: Hayloft;
  beforeAll(async () => {
    files = await TlsFolder.make(forServer, clients.cert);
    const HAYLOFT_ACCESS = JSON.stringify({ tokens: [token], certificates: [rule] });
    server = await startHayloft({
      args: [...files.args, "--http2", http2],
      env: { HAYLOFT_ACCESS },
    });
  });
  afterAll(async () => {
    await server.stop();
    await files[Symbol.asyncDispose]();
  });

  const asked = async (shown?: Certified, authorization?: string): Promise<Verdicts> =>
    await byEveryWay(reach(server, shown, authorization), "builder");

  test("one that a rule is for lets its holder do what the rule says", async () => {
    const builder = reach(server, clients.issue(workload("builder")));
    expect(await byEveryWay(builder, "builder")).toEqual(everyWay("OK"));
    expect(await byEveryWay(builder, "builder/pr-1")).toEqual(everyWay("OK"));
    expect(await byEveryWay(builder, "other")).toEqual(everyWay("PermissionDenied"));
  });

  test("one that no rule is for is known, and may do nothing", async () => {
    const nobody = clients.issue({ subject: [["CN", "nobody"]] });
    expect(await asked(nobody)).toEqual(everyWay("PermissionDenied"));
  });

  test("a name within another one is none", async () => {
    const cunning = clients.issue(workload("x, URI:spiffe://acme/ns/ci/sa/builder"));
    expect(await asked(cunning)).toEqual(everyWay("PermissionDenied"));
  });

  test("who shows none is asked for something else", async () => {
    expect(await asked()).toEqual(everyWay("Unauthenticated"));
    expect(await asked(undefined, `Bearer ${tokens.read}`)).toEqual(everyWay("OK"));
  });

  test("a token counts where both are shown", async () => {
    const authorization = `Bearer ${tokens.read}`;
    const builder = reach(server, clients.issue(workload("builder")), authorization);
    expect(await byEveryWay(builder, "other")).toEqual(everyWay("OK"));
    const wrong = reach(server, clients.issue(workload("builder")), "Bearer wrong");
    expect(await byEveryWay(wrong, "builder")).toEqual(everyWay("Unauthenticated"));
  });

  test("one by somebody else, or out of date, ends the connection, whatever comes with it", async () => {
    const authorization = `Bearer ${tokens.read}`;
    const strange = strangers.issue(workload("builder"));
    expect(await asked(strange, authorization)).toEqual(everyWay(undefined));
    const expired = clients.issue({ ...workload("builder"), goodForMs: -1000 });
    expect(await asked(expired, authorization)).toEqual(everyWay(undefined));
    expect(await answerFor(server, strange)).toBe(0);
  });
});

describe("a server that takes nothing but certificates", () => {
  test("answers nothing but health to who shows none", async () => {
    await using files = await TlsFolder.make(forServer, clients.cert);
    const HAYLOFT_ACCESS = JSON.stringify({ certificates: [rule] });
    await using server = await startHayloft({ args: files.args, env: { HAYLOFT_ACCESS } });
    expect(await byEveryWay(reach(server), "builder")).toEqual(everyWay("Unauthenticated"));
    const builder = reach(server, clients.issue(workload("builder")));
    expect(await byEveryWay(builder, "builder")).toEqual(everyWay("OK"));
  });

  test("without rules, every certificate of its authorities lets its holder in", async () => {
    await using files = await TlsFolder.make(forServer, clients.cert);
    await using server = await startHayloft({ args: files.args });
    expect(server.output()).toContain("build --tls_client_certificate=CERT --tls_client_key=KEY");
    expect(server.output()).not.toContain("TOKEN");
    const anybody = reach(server, clients.issue({}));
    expect(await byEveryWay(anybody, "any")).toEqual(everyWay("OK"));
    expect(await byEveryWay(reach(server), "any")).toEqual(everyWay("Unauthenticated"));
  });
});

/** How much a server says inside TLS to who shows this, before it ends the connection. */
async function answerFor({ address }: Hayloft, shown: Certified): Promise<number> {
  const port = Number(address.slice(address.lastIndexOf(":") + 1));
  const socket = connect({ port, servername: "localhost", ca: servers.cert, ...shown });
  socket.on("error", () => undefined).write("GET /status HTTP/1.1\r\nhost: h\r\n\r\n");
  return (await text(socket).catch(() => "")).length;
}
