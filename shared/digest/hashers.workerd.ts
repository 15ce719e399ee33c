import { bytesToHex } from "@noble/hashes/utils.js";
import { type Hash, parseHash } from "./digest.ts";
import type { Hasher, Hashers } from "./hasher.ts";
import { portableHashers } from "./portable-hashers.ts";

/** SHA-256 by the runtime, hundreds of times the portable one there; the rest portable. */
export const workerdHashers: Hashers = {
  functions: portableHashers.functions,
  create: (name) => (name === "sha256" ? new StreamHasher() : portableHashers.create(name)),
};

/** Writes are done one after another, as soon as whoever hashes waits for anything: until then, copies are held. */
class StreamHasher implements Hasher {
  readonly #stream = new crypto.DigestStream("SHA-256");
  readonly #writer = this.#stream.getWriter();

  update(bytes: Uint8Array): void {
    void this.#writer.write(bytes.slice());
  }

  async finish(): Promise<Hash> {
    await this.#writer.close();
    return parseHash("sha256", bytesToHex(new Uint8Array(await this.#stream.digest)), "hash");
  }
}
