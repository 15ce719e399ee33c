import { execFileSync, spawnSync } from "node:child_process";
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { dockerfile } from "./dockerfile.node.ts";

/** Whether this machine lets the tests change what a process sees as the root. */
export const canMakeRoots: boolean =
  process.getuid?.() === 0 && spawnSync("unshare", ["--mount", "true"]).status === 0;

/** The arguments: the root, a folder for the data, Node, the user and the image's entry point; flags are added. */
const ENTER = `
  root=$1 data=$2 node=$3 user=$4 main=$5; shift 5
  mount --bind "$root" "$root"
  mount --bind "$node" "$root/usr/local/bin/node"
  mount --bind "$data" "$root/data"
  mount -t proc proc "$root/proc"
  mount -o remount,bind,ro "$root"
  exec chroot --userspec="$user" --groups= "$root" /usr/local/bin/node "$main" "$@"
`;

/** Starts the server in a root that holds what the image does: the folder that it is built from, Node, and Node's libraries. */
export async function startInRoot(built: string): Promise<Hayloft> {
  await using parts = new AsyncDisposableStack();
  const made = await mkdtemp(join(tmpdir(), "hayloft-root-"));
  parts.defer(async () => await rm(made, { recursive: true }));
  const [root, data] = [join(made, "root"), join(made, "data")];
  await cp(built, root, { recursive: true });
  // Temporary folders are their maker's alone.
  await chmod(root, 0o755);
  for (const folder of ["proc", "tmp", "usr/local/bin"]) {
    await mkdir(join(root, folder), { recursive: true });
  }
  await writeFile(join(root, "usr/local/bin/node"), "");
  for (const library of librariesOf(process.execPath)) {
    await mkdir(join(root, dirname(library)), { recursive: true });
    await cp(library, join(root, library), { dereference: true });
  }
  const user = dockerfile.only("USER");
  const [uid = Number.NaN, gid = Number.NaN] = user.split(":").map(Number);
  await mkdir(data);
  await chown(data, uid, gid);
  // A chroot begins at its root, and not where the image does.
  const [, main = ""] = JSON.parse(dockerfile.only("ENTRYPOINT")) as string[];
  const entry = join(dockerfile.only("WORKDIR"), main);
  const server = await startHayloft({
    command: [
      "unshare",
      "--mount",
      "sh",
      "-euc",
      ENTER,
      "sh",
      root,
      data,
      process.execPath,
      user,
      entry,
    ],
    data,
    args: ["--data", "/data", "--size", "512MiB"],
  });
  const kept = parts.move();
  const stop = async (): Promise<number | null> => {
    const code = await server.stop();
    await kept.disposeAsync();
    return code;
  };
  return { ...server, stop, [Symbol.asyncDispose]: async () => void (await stop()) };
}

/** As the loader finds them, itself included. */
function librariesOf(program: string): readonly string[] {
  const text = execFileSync("ldd", [program], { encoding: "utf8" });
  return [...text.matchAll(/\s(?<path>\/\S+)/g)].map(({ groups }) => groups?.["path"] ?? "");
}

/** What the system says of a process. */
export async function processStatus(pid: number): Promise<{
  readonly uid: number;
  readonly capabilities: bigint;
  readonly rootIsReadOnly: boolean;
}> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const mounts = await readFile(`/proc/${pid}/mountinfo`, "utf8");
  const [, , , , , options = ""] =
    mounts
      .split("\n")
      .map((line) => line.split(" "))
      .find(([, , , , place]) => place === "/") ?? [];
  return {
    uid: Number(/^Uid:\t(?<uid>\d+)/m.exec(status)?.groups?.["uid"]),
    capabilities: BigInt(`0x${/^CapEff:\t(?<set>[0-9a-f]+)/m.exec(status)?.groups?.["set"]}`),
    rootIsReadOnly: options.split(",").includes("ro"),
  };
}
