import { createCipheriv, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

/** Above this, a GMAC is sooner there: it takes some microseconds to begin, and then a seventh of a CRC-32's time. */
const CRC_BYTES = 12 * 1024;

const key = randomBytes(16);

/** The same each time, which is safe as long as nobody sees a tag. */
const nonce = new Uint8Array(12);

/** Unlike in each thread and process, and to be seen by nobody outside. */
export function checksum(bytes: Uint8Array): number {
  return bytes.byteLength <= CRC_BYTES ? crc32(bytes) : gmac(bytes);
}

/** Four bytes of the AES-GMAC, which processors have instructions for. */
function gmac(bytes: Uint8Array): number {
  const cipher = createCipheriv("aes-128-gcm", key, nonce).setAAD(bytes);
  cipher.final();
  return cipher.getAuthTag().readUInt32LE();
}
