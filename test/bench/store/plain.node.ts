import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { mapConcurrently } from "../../../shared/concurrent.ts";
import { secondsOf } from "../stopwatch.ts";

export interface Plain {
  /** With the fdatasync at the end. */
  readonly writeSeconds: number;
  readonly readSeconds: number;
}

/** What the folder's disk gives without a store: `count` pieces one after the other, `width` of them under way at once. */
export async function measurePlain(
  folder: string,
  { pieceBytes, count, width }: { pieceBytes: number; count: number; width: number },
): Promise<Plain> {
  await using file = await open(join(folder, "plain"), "w+");
  const offsets = Array.from({ length: count }, (_, index) => index * pieceBytes);
  const piece = crypto.getRandomValues(new Uint8Array(Math.min(pieceBytes, 65_536)));
  const content = new Uint8Array(pieceBytes).map((_, at) => piece[at % piece.length] ?? 0);
  const writeSeconds = await secondsOf(async () => {
    await mapConcurrently(offsets, width, async (offset) => {
      await file.write(content, 0, pieceBytes, offset);
    });
    await file.datasync();
  });
  const readSeconds = await secondsOf(async () => {
    await mapConcurrently(
      offsets,
      width,
      async (offset) => await readOne(file, pieceBytes, offset),
    );
  });
  return { writeSeconds, readSeconds };
}

async function readOne(file: FileHandle, pieceBytes: number, offset: number): Promise<void> {
  const { bytesRead } = await file.read(new Uint8Array(pieceBytes), 0, pieceBytes, offset);
  if (bytesRead !== pieceBytes) throw new Error("the file is too short");
}
