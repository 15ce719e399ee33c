import { mkdtempDisposable, rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "vitest";
import type { TokenSetting } from "../../functions/access/policy.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { newToken } from "../support/tokens.node.ts";

const [first, second] = [newToken("first"), newToken("second")];

/** Connections enough that each of the workers gets some. */
const CONNECTIONS = 16;

function policyFor(...tokens: readonly { readonly sha256: string }[]): string {
  const all: TokenSetting[] = tokens.map(({ sha256 }, index) => ({
    subject: `holder ${index}`,
    sha256,
    grants: [{ instance: "**", rights: ["read"] }],
  }));
  return JSON.stringify({ tokens: all });
}

/** How requests with a token end, by connections of their own. */
async function statuses({ url }: Hayloft, token: string): Promise<readonly number[]> {
  const all = Array.from({ length: CONNECTIONS }, async () => {
    const headers = { authorization: `Bearer ${token}`, connection: "close" };
    const answer = await fetch(`${url}/cas/${"a".repeat(64)}`, { headers });
    await answer.arrayBuffer();
    return answer.status;
  });
  return [...new Set(await Promise.all(all))];
}

const workers = process.platform === "linux" ? ["1", "2"] : ["1"];

describe.each(workers)("the policy of a server with %s thread(s)", (count) => {
  it("is another one as soon as its file is, and stays while that is broken", async ({
    expect,
  }) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-policy-"));
    const file = join(folder.path, "policy.json");
    await writeFile(file, policyFor(first));
    await using server = await startHayloft({
      args: ["--access", file, "--workers", count],
      env: { HAYLOFT_LOG_LEVEL: "info" },
    });
    expect(await statuses(server, first.token)).toEqual([404]);
    expect(await statuses(server, second.token)).toEqual([401]);

    const replace = async (text: string): Promise<void> => {
      await writeFile(`${file}.next`, text);
      await rename(`${file}.next`, file);
      process.kill(server.pid, "SIGHUP");
    };
    await replace('{"tokens": [}');
    await expect
      .poll(() => server.output())
      .toContain("what was good goes on until this is mended");
    expect(await statuses(server, first.token)).toEqual([404]);

    // Who was known is known no more.
    await replace(policyFor(second));
    await expect.poll(async () => await statuses(server, first.token)).toEqual([401]);
    expect(await statuses(server, second.token)).toEqual([404]);
    await expect.poll(() => server.output()).toContain("there is a new access policy");
  });
});
