import { expect, test } from "vitest";
import { startHayloft } from "../support/hayloft.node.ts";
import { blobFrom } from "../support/blobs.ts";
import { bytesOf, sameBytes } from "../support/bytes.ts";

const ROUNDS = 20;

/** On both sides of where answers are written otherwise. */
const sizes = [1, 255, 256, 1024, 4095, 4096, 4097, 9000];

test("blobs of any bytes come back as they were over HTTP/1.1, many of them at a time", async () => {
  await using server = await startHayloft();
  const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index);
  const blobs = await Promise.all(
    [...sizes.map((size) => bytesOf(size, size)), everyByte].map((bytes) => blobFrom(bytes)),
  );
  const urlOf = ({ digest }: (typeof blobs)[number]): string => `${server.url}/cas/${digest.hash}`;
  for (const blob of blobs) {
    const stored = await fetch(urlOf(blob), { method: "PUT", body: blob.bytes });
    expect(stored.status).toBe(200);
  }
  const many = Array.from({ length: ROUNDS }, () => blobs).flat();
  await Promise.all(
    many.map(async (blob) => {
      const answer = await fetch(urlOf(blob));
      expect(answer.headers.get("content-length")).toBe(String(blob.bytes.byteLength));
      expect(sameBytes(await answer.bytes(), blob.bytes)).toBe(true);
    }),
  );
});
