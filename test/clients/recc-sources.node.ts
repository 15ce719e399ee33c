import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Writes a program of two C files and a header into `src`. */
export async function writeSources(folder: string): Promise<void> {
  const source = join(folder, "src");
  await mkdir(source);
  await Promise.all([
    writeFile(join(source, "greet.h"), "void greet(void);\n"),
    writeFile(
      join(source, "greet.c"),
      '#include <stdio.h>\n#include "greet.h"\nvoid greet(void) { puts("hello"); }\n',
    ),
    writeFile(
      join(source, "main.c"),
      '#include "greet.h"\nint main(void) { greet(); return 0; }\n',
    ),
  ]);
}
