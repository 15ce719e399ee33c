import { connect as connectHttp2, type IncomingHttpHeaders } from "node:http2";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { tokenHashes, tokens } from "../support/tokens.node.ts";

/** What a request says of where it comes from and whom it is for. */
interface Said {
  readonly host?: string;
  readonly origin?: string;
  readonly authorization?: string;
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Answered {
  readonly headers: IncomingHttpHeaders;
  readonly status: number | undefined;
  readonly text: string;
}

const findMissing = "/build.bazel.remote.execution.v2.ContentAddressableStorage/FindMissingBlobs";
const post = (type: string, body: string, path = findMissing): Asked => ({
  method: "POST",
  path,
  headers: { "content-type": type },
  body,
});
const noMessage = "\0".repeat(5);
const cachePath = `/cas/${"ab".repeat(32)}`;

const everywhere: Readonly<Record<string, Asked>> = {
  "Connect, as JSON": post("application/json", "{}"),
  "gRPC-Web": post("application/grpc-web+proto", noMessage),
  "the HTTP cache": { method: "GET", path: cachePath, headers: {}, body: "" },
};
const overHttp2: Readonly<Record<string, Asked>> = {
  ...everywhere,
  "gRPC in its lane": post("application/grpc", noMessage),
  "gRPC beside the lane": post(
    "application/grpc",
    noMessage,
    "/build.bazel.remote.execution.v2.Capabilities/GetCapabilities",
  ),
};

describe.each(["own", "node"])("a server that is open on its machine, with --http2 %s", (http2) => {
  let server: Hayloft;
  beforeAll(async () => {
    server = await startHayloft({ args: ["--http2", http2, "--store", "memory"] });
  });
  afterAll(async () => void (await server.stop()));

  test.each(["localhost", "LocalHost:8980", "127.0.0.1:1", "10.1.2.3", "[::1]:8980", "[::1]"])(
    "is found at %s",
    async (host) => {
      for (let times = 0; times < 2; times++) {
        const answers = await byEveryWay(server, { host });
        expect(answers.map(({ denial }) => denial)).toEqual(answers.map(() => false));
      }
    },
  );

  test("refuses what web pages ask, every way, and says what to do", async () => {
    for (const said of [{ origin: "http://page.example" }, { host: "page.example:8980" }]) {
      for (const { denial, words } of await byEveryWay(server, said)) {
        expect(denial).toBe(true);
        expect(words).toMatch(
          /open to programs of its machine alone.*with --open yes that all may/,
        );
      }
    }
  });

  test.each(["localhost.page.example", "127.0.0.1.page.example", "::1"])(
    "takes %s for no name of this machine",
    async (host) => {
      const answers = await byEveryWay(server, { host });
      expect(answers.map(({ denial }) => denial)).toEqual(answers.map(() => true));
    },
  );

  test("tells whoever watches over it that it is up, whatever it calls it", async () => {
    const asked: Asked = { method: "GET", path: "/status", headers: {}, body: "" };
    expect((await askHttp1(server, asked, { host: "cache.example" })).text).toBe("hayloft\n");
  });
});

describe("whoever says who may come in says so for web pages, too", () => {
  const page = { host: "page.example", origin: "http://page.example" };

  test.each([
    [["--open", "yes"], page],
    [["--token-sha256", tokenHashes.write], { ...page, authorization: `Bearer ${tokens.write}` }],
  ])("%j", async (args, said) => {
    await using server = await startHayloft({ args: [...args, "--store", "memory"] });
    const answers = await byEveryWay(server, said);
    expect(answers.map(({ denial }) => denial)).toEqual(answers.map(() => false));
  });
});

async function byEveryWay(
  server: Hayloft,
  said: Said,
): Promise<readonly { readonly denial: boolean; readonly words: string }[]> {
  const answers = await Promise.all([
    ...Object.values(everywhere).map(async (asked) => await askHttp1(server, asked, said)),
    ...Object.values(overHttp2).map(async (asked) => await askHttp2(server, asked, said)),
  ]);
  return answers.map(({ status, headers, text: body }) => {
    const words = decodeURIComponent(`${JSON.stringify(headers)}${body}`);
    const denial = status === 403 || /grpc-status"?: ?"?7\b/.test(words);
    return { denial, words };
  });
}

async function askHttp1({ url }: Hayloft, asked: Asked, said: Said): Promise<Answered> {
  const { method, path, headers, body } = asked;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(`${url}${path}`, { method, headers: { ...headers, ...said } });
    sent.once("response", resolve).once("error", reject).end(body);
  });
  const whole = await text(response);
  return { status: response.statusCode, headers: response.headers, text: whole };
}

async function askHttp2({ url }: Hayloft, asked: Asked, said: Said): Promise<Answered> {
  const { method, path, headers, body } = asked;
  const { host, ...others } = said;
  const session = connectHttp2(url).on("error", () => undefined);
  const authority = host === undefined ? {} : { ":authority": host };
  const pseudo = { ":method": method, ":path": path, ...authority };
  const fields = { ...pseudo, ...headers, ...others };
  const stream = session.request(fields, { endStream: body === "" });
  const answered: IncomingHttpHeaders & { ":status"?: number } = {};
  for (const event of ["response", "trailers"] as const) {
    stream.on(event, (each: IncomingHttpHeaders) => Object.assign(answered, each));
  }
  if (body !== "") stream.end(body);
  const whole = await text(stream);
  session.destroy();
  return { status: answered[":status"], headers: answered, text: whole };
}
