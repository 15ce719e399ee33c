/** Whether a setting asks for blobs to be kept compressed: `zstd`, or `none`. Throws what `mistake` makes of a remedy. */
export function parseAtRest(text: string, mistake: (remedy: string) => Error): boolean {
  if (text === "zstd" || text === "none") return text === "zstd";
  throw mistake("give zstd, or none");
}
