import { sha256 } from "@noble/hashes/sha2.js";
import { hashersOver } from "../../shared/digest/library-hashes.ts";
import {
  portableHash,
  portableHasher,
  portableHashers,
} from "../../shared/digest/portable-hashers.ts";
import { webHashers } from "../support/web-hashers.ts";
import { describeHashers } from "./hasher.contract.ts";

describeHashers("portable", portableHashers);
describeHashers("WebCrypto, for tests", webHashers, ["sha256"]);

let calls = 0;

/** Takes longer for some bytes than for those that come after them. */
async function slowSha256(bytes: Uint8Array): Promise<Uint8Array> {
  const hash = sha256(bytes);
  for (let turns = 500 - (calls++ % 500); turns > 0; turns--) await Promise.resolve();
  return hash;
}

const slowHashers = hashersOver({
  create: portableHasher,
  hash: portableHash,
  sha256: slowSha256,
});
describeHashers("over hashes that come in no order", slowHashers, ["sha256tree", "vso"]);
