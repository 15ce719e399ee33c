import { writeFile } from "node:fs/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { tlsFiles } from "../../functions/node/listening/tls-files.node.ts";
import type { TlsMaterial } from "../../functions/node/listening/tls-material.node.ts";
import { WatchedFiles } from "../../functions/node/watched-files.node.ts";
import { limits } from "../../shared/limits.ts";
import { Authority, type Certified } from "../support/certificates.node.ts";
import { logOf } from "../support/log-of.ts";
import { TlsFolder } from "./tls-files-folder.node.ts";

const authority = new Authority("one");
const issue = (): Certified => authority.issue({ names: [["DNS", "localhost"]] });

/** Files in a folder, a look at them, and what was said of them so far. */
async function watched(folder: TlsFolder) {
  const lines: string[] = [];
  const files = await WatchedFiles.open(tlsFiles(folder.paths), logOf(lines));
  const renewed: TlsMaterial[] = [];
  const look = async (): Promise<void> => {
    await files.look((material) => renewed.push(material));
  };
  return { files, lines, renewed, look };
}

test("what is new is taken at the next look, and told", async () => {
  await using folder = await TlsFolder.make(issue(), authority.cert);
  const { files, lines, renewed, look } = await watched(folder);
  await look();
  expect([renewed, lines]).toEqual([[], []]);
  for (let hour = 1; hour <= 3; hour += 1) {
    const next = issue();
    await folder.swap(next, authority.cert);
    await look();
    await look();
    expect(renewed).toHaveLength(hour);
    expect(renewed.at(-1)).toEqual({ ...next, clientCa: authority.cert });
    expect(files.value).toEqual(renewed.at(-1));
  }
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/^info: there is a new certificate, good until .* GMT$/);
});

const good = issue();
const other = issue();
const chain = good.cert + authority.cert;

test.for<readonly [what: string, certified: Certified, clientCa: string, says: RegExp]>([
  ["a key of another certificate", { ...good, key: other.key }, authority.cert, /KEY_VALUES/],
  ["half a certificate", { ...good, cert: good.cert.slice(0, 200) }, authority.cert, /--tls-cert/],
  ["half a chain", { ...good, cert: chain.slice(0, -100) }, authority.cert, /--tls-cert/],
  ["half a key", { ...good, key: good.key.slice(0, 100) }, authority.cert, /--tls-key/],
  ["no authority", good, "", /--tls-client-ca .*no certificate/],
  ["half an authority", good, authority.cert + authority.cert.slice(0, 200), /is cut off/],
  ["an authority of nothing", good, authority.cert.replaceAll(/^M.*$/gm, "AAAA"), /--tls-client/],
])("%s changes nothing, and is told once", async ([, certified, clientCa, says]) => {
  await using folder = await TlsFolder.make(issue(), authority.cert);
  const { files, lines, renewed, look } = await watched(folder);
  const before = files.value;
  await folder.swap(certified, clientCa);
  for (let times = 0; times < 3; times += 1) await look();
  expect(files.value).toBe(before);
  expect(renewed).toEqual([]);
  expect(lines).toEqual([expect.stringMatching(says)]);
  expect(lines[0]).toMatch(/^warn: [^\n]*; what was good goes on until this is mended$/);

  await folder.swap(good, authority.cert);
  await look();
  expect(renewed).toEqual([{ ...good, clientCa: authority.cert }]);
  await folder.swap(certified, clientCa);
  await look();
  expect(lines).toHaveLength(3);
  await expect(WatchedFiles.open(tlsFiles(folder.paths), logOf([]))).rejects.toThrow(says);
});

test("a file that is written anew in its place counts as well, and one that is gone does not", async () => {
  await using folder = await TlsFolder.make(good, authority.cert);
  const { lines, renewed, look } = await watched(folder);
  await writeFile(folder.paths.cert, other.cert);
  await look();
  await writeFile(folder.paths.key, other.key);
  await look();
  expect(renewed).toEqual([{ ...other, clientCa: authority.cert }]);
  await writeFile(folder.paths.clientCa, new Authority("two").cert);
  await look();
  expect(renewed).toHaveLength(2);
  expect(lines.map((line) => line.slice(0, 26))).toEqual([
    "warn: --tls-cert and --tls",
    "info: there is a new certi",
    "info: there is a new certi",
  ]);
});

test("files are looked at now and then, and on SIGHUP, until nobody wants that any more", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  await using folder = await TlsFolder.make(issue(), authority.cert);
  const { files, look } = await watched(folder);
  let heard = Promise.withResolvers<TlsMaterial>();
  const handlers = process.listenerCount("SIGHUP");
  const watch = files.watch((material) => heard.resolve(material));
  for (const remind of [
    () => vi.advanceTimersByTime(limits.filesLookMs),
    () => process.emit("SIGHUP"),
  ]) {
    const next = issue();
    await folder.swap(next, authority.cert);
    remind();
    expect(await heard.promise).toMatchObject(next);
    heard = Promise.withResolvers();
  }
  watch[Symbol.dispose]();
  expect(vi.getTimerCount()).toBe(0);
  expect(process.listenerCount("SIGHUP")).toBe(handlers);
  await look();
});
