/** Tags of an ActionResult's fields, as they are written: `number << 3 | type`. */
export const resultTags: Readonly<
  Record<"outputFiles" | "stdoutRaw" | "stdoutDigest" | "stderrRaw" | "stderrDigest", number>
> = {
  outputFiles: (2 << 3) | 2,
  stdoutRaw: (5 << 3) | 2,
  stdoutDigest: (6 << 3) | 2,
  stderrRaw: (7 << 3) | 2,
  stderrDigest: (8 << 3) | 2,
};

/** Of an OutputFile's. */
export const fileTags: Readonly<Record<"path" | "digest" | "contents", number>> = {
  path: (1 << 3) | 2,
  digest: (2 << 3) | 2,
  contents: (5 << 3) | 2,
};
