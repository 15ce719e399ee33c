import { once } from "node:events";
import { lstat, mkdtempDisposable, writeFile } from "node:fs/promises";
import { connect as connectHttp2 } from "node:http2";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { bindSocket } from "../../functions/node/listening/unix-socket.node.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { tokenHashes, tokens } from "../support/tokens.node.ts";
import { runHayloft } from "./run-hayloft.node.ts";
import { byEveryWay, everyWay, type Reach, waysIn } from "./ways-in.node.ts";

/** A path for a socket, in a folder that goes with the test. */
async function newPath(): Promise<string> {
  const folder = await mkdtempDisposable(join(tmpdir(), "hayloft-unix-"));
  onTestFinished(async () => await folder.remove());
  return join(folder.path, "cache.sock");
}

const listenAt = (path: string): readonly string[] => ["--listen", `unix:${path}`];

function reach(path: string, authorization?: string): Reach {
  return {
    baseUrl: "http://localhost",
    connection: { socketPath: path },
    ...(authorization === undefined ? {} : { authorization }),
  };
}

function dial(path: string): Socket {
  const socket = connect(path);
  return socket.on("error", () => socket.destroy());
}

describe.each(["own", "node"])("a unix socket, with --http2 %s", (http2) => {
  const start = async (
    path: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Hayloft> => await startHayloft({ args: [...listenAt(path), "--http2", http2], env });

  test("is open to programs of its user, says so, and speaks everything", async () => {
    const path = await newPath();
    await using server = await start(path);
    expect((await lstat(path)).mode & 0o777).toBe(0o600);
    expect(server.address).toBe(`unix:${path}`);
    const lines = ["grpc", "http"].map(
      (protocol) => `build --remote_cache=${protocol}://localhost --remote_proxy=unix:${path}\n`,
    );
    for (const line of lines) expect(server.output()).toContain(line);
    expect(server.output()).toContain("Only this machine can reach it.");
    expect(await byEveryWay(reach(path), "any")).toEqual(everyWay("OK"));
    expect(await server.stop()).toBe(0);
    await expect(lstat(path)).rejects.toThrow("ENOENT");
  });

  test("tells who comes through it from who shows a token", async () => {
    const path = await newPath();
    const grants = [{ instance: "local/**", rights: ["read", "write"] }];
    const holder = {
      subject: "a token's holder",
      sha256: tokenHashes.read,
      grants: [{ instance: "shared", rights: ["read"] }],
    };
    const HAYLOFT_ACCESS = JSON.stringify({ localSocket: { grants }, tokens: [holder] });
    await using server = await start(path, { HAYLOFT_ACCESS });
    expect(server.address).toBe(`unix:${path}`);
    expect(await byEveryWay(reach(path), "local/mine")).toEqual(everyWay("OK"));
    expect(await byEveryWay(reach(path), "shared")).toEqual(everyWay("PermissionDenied"));
    const shown = reach(path, `Bearer ${tokens.read}`);
    expect(await byEveryWay(shown, "shared")).toEqual(everyWay("OK"));
    expect(await byEveryWay(shown, "local/mine")).toEqual(everyWay("PermissionDenied"));
  });

  test("is no way in by itself where others have to show something", async () => {
    const path = await newPath();
    await using server = await start(path, { HAYLOFT_TOKEN_SHA256: tokenHashes.write });
    expect(server.address).toBe(`unix:${path}`);
    expect(await byEveryWay(reach(path), "any")).toEqual(everyWay("Unauthenticated"));
    const shown = reach(path, `Bearer ${tokens.write}`);
    expect(await byEveryWay(shown, "any")).toEqual(everyWay("OK"));
  });

  test("takes requests for whatever authority clients make of it", async () => {
    const path = await newPath();
    await using server = await start(path);
    expect(server.address).toBe(`unix:${path}`);
    for (const authority of ["localhost", "any:1", encodeURIComponent(path)]) {
      const session = connectHttp2("http://localhost", { createConnection: () => dial(path) });
      const asked = session.request({ ":path": "/status", ":authority": authority });
      expect(await text(asked)).toBe("hayloft\n");
      session.destroy();
    }
    const socket = dial(path);
    socket.end("GET /status HTTP/1.1\r\nhost: /not/a:name\r\nconnection: close\r\n\r\n");
    expect(await text(socket)).toContain("HTTP/1.1 200 ");
  });

  test("does not keep a server waiting that is to stop, for clients that have asked for nothing", async () => {
    const path = await newPath();
    await using server = await start(path);
    const [silent, asking, open] = [dial(path), dial(path), dial(path)];
    for (const socket of [silent, asking, open])
      if (socket.connecting) await once(socket, "connect");
    asking.write("GET /status HTTP/1.1\r\nHost: h\r\n");
    const session = connectHttp2("http://localhost", { createConnection: () => open });
    await once(session, "remoteSettings");
    expect(await server.stop()).toBe(0);
    session.destroy();
  });
});

describe("a path of a socket", () => {
  test("is taken over from a server that is gone, and not from one that is there", async () => {
    const path = await newPath();
    const args = listenAt(path);
    await using first = await startHayloft({ args });
    await first.kill();
    expect((await lstat(path)).isSocket()).toBe(true);
    await using second = await startHayloft({ args });
    const { code, stderr } = await runHayloft(["serve", ...args], { HAYLOFT_STORE: "memory" });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `hayloft: unix:${path} is in use; choose another path with --listen\n`,
    });
    expect(second.address).toBe(`unix:${path}`);
    const [way] = Object.values(waysIn);
    expect(await way?.(reach(path), "any")).toBe("OK");
  });

  test("is refused where something else is, or nothing can be", async () => {
    const path = await newPath();
    const said = async (listen: string, ...more: readonly string[]): Promise<string> => {
      const env = { HAYLOFT_STORE: "memory" };
      const { code, stderr } = await runHayloft(["serve", "--listen", listen, ...more], env);
      expect(code).toBe(2);
      return stderr;
    };
    await writeFile(path, "precious");
    expect(await said(`unix:${path}`)).toContain(`${path} is there and no socket`);
    expect((await lstat(path)).size).toBe(8);
    expect(await said(`unix:${path}/below`)).toContain("(ENOTDIR); choose another path");
    expect(await said(`unix:${path}-folder/below`)).toContain("(EACCES); choose another path");
    expect(await said("unix:")).toContain("give unix:PATH with at most 103 bytes");
    expect(await said(`unix:/${"x".repeat(103)}`)).toContain("give unix:PATH with at most 103");
    expect(await said(`unix:${path}-2`, "--workers", "2")).toContain("leave --workers out");
    const tls = ["--tls-cert", "c", "--tls-key", "k"];
    expect(await said(`unix:${path}-2`, ...tls)).toContain("leave --tls-cert out");
  });

  test("is nobody else's, even for a moment, where the user's files are everybody's", async () => {
    const path = await newPath();
    const mask = process.umask(0);
    const server = createServer();
    onTestFinished(() => void server.close());
    bindSocket(server, { path });
    const { mode } = await lstat(path);
    expect([mode & 0o777, process.umask(mask)]).toEqual([0o600, 0]);
  });
});
