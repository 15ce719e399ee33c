import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http2";
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ServiceImpl } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { afterAll, describe, it } from "vitest";
import {
  Capabilities,
  ContentAddressableStorage,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { startHayloft } from "../support/hayloft.node.ts";
import { readCommandLine } from "./runner/command-line.node.ts";

const main = fileURLToPath(new URL("runner/main.node.ts", import.meta.url));

const stack = new AsyncDisposableStack();
afterAll(async () => await stack.disposeAsync());

const hayloft = stack.use(await startHayloft());
const urls = ["--url", `grpc://${hayloft.address}`, "--http", hayloft.url];
const folder = await mkdtemp(join(tmpdir(), "hayloft-conformance-"));
stack.defer(async () => await rm(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The suite as a stranger runs it. */
async function conformance(...args: readonly string[]): Promise<Ended> {
  return await new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args], (_, out, err) => {
      resolve({ code: child.exitCode, out, err });
    });
  });
}

type Cas = Partial<ServiceImpl<typeof ContentAddressableStorage>>;

/** A server that says what it offers, and otherwise has only this much of a CAS. Its URL. */
async function serverWith(cas: Cas): Promise<string> {
  const server = createServer(
    connectNodeAdapter({
      routes: (router) =>
        router
          .service(Capabilities, { getCapabilities: () => ({ cacheCapabilities: {} }) })
          .service(ContentAddressableStorage, cas),
    }),
  );
  stack.defer(() => void server.close());
  return `grpc://${await listen(server)}`;
}

/** A server that takes connections and says nothing. Its URL. */
async function silentServer(): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => void sockets.add(socket));
  stack.defer(() => void server.close());
  stack.defer(() => sockets.forEach((socket) => socket.destroy()));
  return `http://${await listen(server)}`;
}

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.concurrent("the suite against a URL", () => {
  it("says what passed, in a table, in files and by its exit code", async ({ expect }) => {
    const [json, markdown] = [join(folder, "r.json"), join(folder, "r.md")];
    const files = ["--json", json, "--markdown", markdown];
    const only = ["--only", "11.3,20.2"];
    const { code, out, err } = await conformance(...urls, ...only, ...files);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^11\.3 +M +passed +an offset lies inside/m);
    expect(out).toMatch(/^20\.2 +M +passed/m);
    expect(out.match(/^M: 1 of 1 applicable passed$/gm)).toHaveLength(2);
    expect(JSON.parse(await readFile(json, "utf8"))).toMatchObject({
      sections: [
        { name: "grpc", results: [{ number: "11.3", tag: "M", outcome: "passed", reason: "" }] },
        { name: "HTTP cache", results: [{ number: "20.2", outcome: "passed" }] },
      ],
    });
    expect(await readFile(markdown, "utf8")).toMatch(/^\| 11\.3 +\| M +\|/m);
  });

  it("leaves out what takes more than the one instance", async ({ expect }) => {
    const { code, out } = await conformance(...urls, "--instance", "", "--only", "1,4");
    expect(code).toBe(0);
    expect(out).toMatch(/^1\.5 +D +not applicable/m);
    expect(out).toMatch(/^4\.a +M +passed/m);
    expect(out).not.toContain("failed");
  });

  it("goes on after a check that fails, and says why", async ({ expect }) => {
    const url = await serverWith({
      findMissingBlobs: ({ blobDigests: [first] }) => ({
        missingBlobDigests: first === undefined ? [] : [first],
      }),
    });
    const { code, out } = await conformance("--url", url, "--only", "6.2,6.8");
    expect(code).toBe(1);
    expect(out).toMatch(/^6\.2 +M +failed .*\n +expected .* to have a length of 100 but got 1$/m);
    expect(out).toMatch(/^6\.8 +D +failed .*\n +expected 'OK' to be 'InvalidArgument'$/m);
    expect(out).toMatch(/^It fails what the API says it must pass \(M\): 6\.2$/m);
  });

  it("gives up a check that does not end", async ({ expect }) => {
    const url = await serverWith({ findMissingBlobs: () => new Promise(() => undefined) });
    const http = await silentServer();
    const flags = `--url ${url} --http ${http} --only 6.2,3.6,5.2,20.2 --timeout 0.3`;
    const { code, out } = await conformance(...flags.split(" "));
    expect(code).toBe(1);
    expect(out).toMatch(/^20\.2 +M +out of time/m);
    expect(out).toMatch(/^6\.2 +M +out of time .*\n +it had not ended after 0\.3 seconds$/m);
    expect(out).toMatch(/^3\.6 +O +out of time/m);
    expect(out).toMatch(/^5\.2 +M +passed/m);
  });

  it("blames no server that it cannot reach", async ({ expect }) => {
    const { code, out, err } = await conformance("--url", "grpc://127.0.0.1:1", "--only", "6.2");
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain("answers GetCapabilities with Unavailable; look at --url");
  });

  it("helps", async ({ expect }) => {
    const { code, out, err } = await conformance("--help");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain("usage: npm run conformance -- --url URL");
  });
});

describe("the command line", () => {
  const url = "grpc://127.0.0.1:8980";

  it.for([
    [[], "give the server with --url"],
    [["--url", "127.0.0.1:8980"], "give grpc://HOST:PORT or http://HOST:PORT"],
    [["--url", url, "--protocol", "soap"], "give some of grpc,connect,grpc-web"],
    [["--url", url, "--http-version", "3"], "give 1.1 or 2"],
    [["--url", url, "--timeout", "soon"], "give it in seconds"],
    [["--url", url, "--header", "x"], "give it as 'NAME: VALUE'"],
    [["--color"], "see --help"],
  ] as const)("says what to do about %s", ([args, remedy], { expect }) => {
    expect(() => readCommandLine(args)).toThrow(remedy);
  });

  it("is read", ({ expect }) => {
    const flags =
      "--protocol connect,grpc-web --header X-Team:a:b --header Y: --only 11.3,12 --timeout 1.5";
    const elsewhere = ["--url", "grpcs://cache.example:443/", "--http", "https://cache.example"];
    const run = readCommandLine([...elsewhere, ...flags.split(" ")]);
    expect(run).toMatchObject({
      baseUrl: "https://cache.example:443",
      httpUrl: "https://cache.example",
      protocols: ["connect", "grpc-web"],
      headers: { "x-team": "a:b", y: "" },
      only: ["11.3", "12"],
      timeoutMs: 1500,
    });
  });
});
