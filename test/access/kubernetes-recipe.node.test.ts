import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { TlsFolder } from "../node/tls-files-folder.node.ts";
import { Authority, type Certified } from "../support/certificates.node.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { recipe } from "./recipes.node.ts";

const servers = new Authority("servers");

/** How uploading a blob and reading it end for who shows this certificate. */
async function rights(
  { address }: Hayloft,
  shown: Certified | undefined,
): Promise<readonly (number | undefined)[]> {
  const bytes = randomBytes(100);
  const url = `https://${address}/cas/${createHash("sha256").update(bytes).digest("hex")}`;
  const ask = async (method: "PUT" | "GET"): Promise<number | undefined> => {
    const options = { ...shown, method, ca: servers.cert, servername: "localhost", agent: false };
    const asked = request(url, options);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      asked.once("response", resolve).once("error", reject);
      asked.end(method === "PUT" ? bytes : undefined);
    });
    await text(response);
    return response.statusCode;
  };
  return [await ask("PUT"), await ask("GET")];
}

function podOf(authority: Authority, account: string): Certified {
  return authority.issue({ names: [["URI", `spiffe://cluster.local/${account}`]] });
}

test("the recipe Kubernetes, with certificates that rotate every hour", async () => {
  const { policy } = recipe("Kubernetes, with certificates that rotate every hour");
  const [before, after] = [new Authority("clients"), new Authority("clients")];
  const own = (): Certified => servers.issue({ names: [["DNS", "localhost"]] });
  await using files = await TlsFolder.make(own(), before.cert);
  const env = { HAYLOFT_ACCESS: JSON.stringify(policy) };
  await using server = await startHayloft({ args: files.args, env });
  expect(await rights(server, podOf(before, "ns/ci/sa/builder"))).toEqual([200, 200]);
  expect(await rights(server, podOf(before, "ns/dev/sa/somebody"))).toEqual([403, 404]);

  // An hour later all of it is new, and the server has gone on.
  await files.swap(own(), before.cert + after.cert);
  process.kill(server.pid, "SIGHUP");
  const renewed = podOf(after, "ns/ci/sa/builder");
  await expect
    .poll(async () => await rights(server, renewed).catch(() => "refused"))
    .toEqual([200, 200]);
  expect(await rights(server, podOf(before, "ns/ci/sa/builder"))).toEqual([200, 200]);
});
