import { mkdir, mkdtempDisposable, rename, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Certified } from "../support/certificates.node.ts";

/** Files of TLS as Kubernetes mounts a secret: links into a folder that is exchanged for another one. */
export class TlsFolder implements AsyncDisposable {
  readonly paths: { readonly cert: string; readonly key: string; readonly clientCa: string };
  readonly #folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
  #versions = 0;

  private constructor(folder: Awaited<ReturnType<typeof mkdtempDisposable>>) {
    const of = (name: string): string => join(folder.path, name);
    this.#folder = folder;
    this.paths = { cert: of("tls.crt"), key: of("tls.key"), clientCa: of("ca.crt") };
  }

  static async make(certified: Certified, clientCa: string): Promise<TlsFolder> {
    const folder = new TlsFolder(await mkdtempDisposable(join(tmpdir(), "hayloft-tls-")));
    await folder.swap(certified, clientCa);
    for (const file of Object.values(folder.paths)) {
      await symlink(join("..data", file.slice(file.lastIndexOf("/") + 1)), file);
    }
    return folder;
  }

  /** Flags of a server. */
  get args(): readonly string[] {
    const { cert, key, clientCa } = this.paths;
    return ["--tls-cert", cert, "--tls-key", key, "--tls-client-ca", clientCa];
  }

  /** Puts other files in place of all at once. */
  async swap({ cert, key }: Certified, clientCa: string): Promise<void> {
    this.#versions += 1;
    const version = `..version-${this.#versions}`;
    const within = (...names: readonly string[]): string => join(this.#folder.path, ...names);
    await mkdir(within(version));
    await writeFile(within(version, "tls.crt"), cert);
    await writeFile(within(version, "tls.key"), key);
    await writeFile(within(version, "ca.crt"), clientCa);
    await symlink(version, within("..data_tmp"));
    await rename(within("..data_tmp"), within("..data"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder.remove();
  }
}
