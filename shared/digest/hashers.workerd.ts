import { bytesToHex } from "@noble/hashes/utils.js";
import { type Hash, parseHash } from "./digest.ts";
import type { Hasher, Hashers } from "./hasher.ts";
import { hashersOver, type LibraryFunction } from "./library-hashes.ts";
import { portableHash, portableHasher } from "./portable-hashers.ts";

type RuntimeFunction = Exclude<LibraryFunction, "blake3">;

/** The runtime's names for the functions that it has. */
const runtimeNames: Readonly<Record<RuntimeFunction, string>> = {
  sha256: "SHA-256",
  sha1: "SHA-1",
  md5: "MD5",
  sha384: "SHA-384",
  sha512: "SHA-512",
};

/** Hash functions by the runtime, up to twenty times the portable ones there; BLAKE3, which it has not, portable. */
export const workerdHashers: Hashers = hashersOver({
  create: (name) => (name === "blake3" ? portableHasher(name) : new StreamHasher(name)),
  hash: async (name, bytes) => {
    if (name === "blake3") return portableHash(name, bytes);
    const hash = new Uint8Array(await crypto.subtle.digest(runtimeNames[name], bytes));
    return parseHash(name, bytesToHex(hash), "hash");
  },
  sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)),
});

/** Writes are done one after another, as soon as whoever hashes waits for anything: until then, copies are held. */
class StreamHasher implements Hasher {
  readonly #name: RuntimeFunction;
  readonly #stream: DigestStream;
  readonly #writer: WritableStreamDefaultWriter<ArrayBuffer | ArrayBufferView>;

  constructor(name: RuntimeFunction) {
    this.#name = name;
    this.#stream = new crypto.DigestStream(runtimeNames[name]);
    this.#writer = this.#stream.getWriter();
  }

  update(bytes: Uint8Array): void {
    void this.#writer.write(bytes.slice());
  }

  async finish(): Promise<Hash> {
    await this.#writer.close();
    return parseHash(this.#name, bytesToHex(new Uint8Array(await this.#stream.digest)), "hash");
  }
}
