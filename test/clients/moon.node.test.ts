import { mkdtempDisposable, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startHayloft } from "../support/hayloft.node.ts";
import { secret } from "../support/secrets.node.ts";
import { startWorker } from "../support/worker.node.ts";
import { moonOutputs, moonWorkspace } from "./moon-workspace.node.ts";
import { readyRoot } from "./ready-root.node.ts";

const token = secret("the-token-of-this-test");

type Server = AsyncDisposable & { readonly address: string };

const servers: readonly (readonly [string, string, () => Promise<Server>])[] = [
  ["grpc", "a server", startHayloft],
  ["http", "a server", startHayloft],
  ["http", "a Worker that wants a token", async () => await startWorker({ HAYLOFT_TOKEN: token })],
];

test.for(servers)(
  "moon restores a task's outputs from the cache over %s, from %s",
  async ([api, , start], { skip }) => {
    const root = await readyRoot("moon", skip);
    await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-moon-"));
    await using hayloft = await start();
    const workspace = join(folder.path, "workspace");
    const settings = { api, address: hayloft.address, token };
    const build = await moonWorkspace(workspace, { root, ...settings });

    const first = await build();
    expect(first).not.toContain("cached");
    expect(first).not.toContain("WARN");
    const made = await moonOutputs(workspace);

    await rm(join(workspace, "app/dist"), { recursive: true });
    await rm(join(workspace, ".moon/cache"), { recursive: true });
    const second = await build();
    expect(second).toContain("cached from remote");
    expect(second).not.toContain("WARN");
    expect(await moonOutputs(workspace)).toEqual(made);
  },
);
