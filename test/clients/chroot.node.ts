import { run } from "./command.node.ts";

export interface ChrootScript {
  /** The folder that make-root.sh made. Nothing is written to it. */
  readonly root: string;
  /** A folder of this machine; the script sees it as /mnt, starts in it and has its home in it. */
  readonly folder: string;
  readonly script: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/**
 * Runs a shell script in a chroot that shares nothing with this machine but the network and one folder. The script gets mount
 * and process namespaces of its own: what it mounts is gone and what it started is dead when it ends, however it ends.
 */
export async function runInChroot(options: ChrootScript): Promise<string> {
  const { root, folder, script, env, timeoutMs } = options;
  const namespaces = ["--mount", "--pid", "--fork", "--kill-child"];
  return await run("unshare", [...namespaces, "sh", "-euc", ENTER, root, folder, script], {
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/mnt", LC_ALL: "C.UTF-8", ...env },
    timeoutMs,
  });
}

/** Its arguments are the root ($0), the folder and the script. */
const ENTER = `
  mount -t proc proc "$0/proc"
  mount --bind "$1" "$0/mnt"
  exec chroot "$0" sh -euc 'cd /mnt; eval "$0"' "$2"
`;
