import { chmod, mkdir, mkdtempDisposable, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startHayloft } from "../support/hayloft.node.ts";
import { runInChroot } from "./chroot.node.ts";
import { readyRoot } from "./ready-root.node.ts";

/** Above casupload's limit for what goes into a batch, so that it is written and read as a stream. */
const LARGE_BYTES = 5 * 1024 * 1024 + 1;

// casupload has no HTTP: it asks what is missing first.
test("casupload's folders come back whole through casdownload, over gRPC and HTTP", async ({
  skip,
}) => {
  const root = await readyRoot("sid", skip);
  await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-cas-tools-"));
  await using hayloft = await startHayloft();
  await writeTree(join(folder.path, "in"));

  const grpc = `--remote=${hayloft.url} --instance=team`;
  const http = `--remote=${hayloft.url}/team --protocol=http`;
  const script = `
    casupload ${grpc} --directory-format=both --output-digest-file=root --output-tree-digest-file=tree in
    for cas in "${grpc}" "${http}"; do
      for kind in root tree; do
        mkdir out
        casdownload $cas --destination-dir=out --$kind-digest=$(cat $kind)
        diff -r --no-dereference in out
        test -x out/program.sh
        test ! -x out/text
        rm -r out
        echo "whole: $kind $cas"
      done
    done
  `;
  const output = await runInChroot({ root, folder: folder.path, script, timeoutMs: 60_000 });
  expect(output.match(/(?<=^whole: ).*$/gm)).toEqual([
    `root ${grpc}`,
    `tree ${grpc}`,
    `root ${http}`,
    `tree ${http}`,
  ]);
  expect(output).not.toContain("[ERROR]");
});

test.for(["SHA1", "MD5", "SHA384", "SHA512"])(
  "a folder comes back whole under %s",
  async (digestFunction, { skip }) => {
    const root = await readyRoot("sid", skip);
    await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-cas-tools-"));
    await using hayloft = await startHayloft();
    await writeTree(join(folder.path, "in"));

    const script = `
      cas="--remote=${hayloft.url} --digest-function=${digestFunction}"
      casupload $cas --output-digest-file=root in
      mkdir out
      casdownload $cas --destination-dir=out --root-digest=$(cat root)
      diff -r --no-dereference in out && echo whole
    `;
    const output = await runInChroot({ root, folder: folder.path, script, timeoutMs: 60_000 });
    expect(output).toMatch(/^whole$/m);
    expect(output).not.toContain("[ERROR]");
  },
);

test("casdownload says that a blob is not there, for each instance by itself", async ({ skip }) => {
  const root = await readyRoot("sid", skip);
  await using folder = await mkdtempDisposable(join(tmpdir(), "hayloft-cas-tools-"));
  await using hayloft = await startHayloft();
  await writeFile(join(folder.path, "text"), "text\n");

  const script = `
    cas="--remote=${hayloft.url}"
    casupload $cas --instance=one --output-digest-file=root text
    mkdir one two
    casdownload $cas --instance=one --destination-dir=one --root-digest=$(cat root)
    casdownload $cas --instance=two --destination-dir=two --root-digest=$(cat root) || echo refused
  `;
  const output = await runInChroot({ root, folder: folder.path, script, timeoutMs: 60_000 });
  expect(output).toMatch(/^refused$/m);
  expect(output.match(/Finished downloading/g)).toHaveLength(1);
  expect(output).toContain("is not in the cache");
});

async function writeTree(folder: string): Promise<void> {
  await mkdir(join(folder, "many", "deep"), { recursive: true });
  const many = Array.from(
    { length: 300 },
    async (_, index) => await writeFile(join(folder, "many", `${index}.txt`), `number ${index}\n`),
  );
  await Promise.all([
    ...many,
    writeFile(join(folder, "many", "deep", "text"), "deep\n"),
    writeFile(join(folder, "text"), "text\n"),
    writeFile(join(folder, "empty"), ""),
    writeFile(join(folder, "large"), Buffer.alloc(LARGE_BYTES, "large ")),
    writeFile(join(folder, "program.sh"), "echo ran\n"),
    symlink("text", join(folder, "link")),
  ]);
  await chmod(join(folder, "program.sh"), 0o755);
}
