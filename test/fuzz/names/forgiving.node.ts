/** What a server's parser could forgive before it looks closely, each of which a few runs must miss. */
export const forgiving: Readonly<Record<string, (name: string) => string>> = {
  "upper case in hashes": (name) => name.replaceAll(/[0-9A-F]{32,}/g, (hash) => hash.toLowerCase()),
  "upper case in keywords": (name) =>
    name.replaceAll(/(?<=^|\/)(?:Blobs|ZSTD)(?=\/)/g, (word) => word.toLowerCase()),
  "leading zeros of a size": (name) => name.replace(/\/0+(?=\d+$)/, "/"),
  "a sign of a size": (name) => name.replace(/\/\+(?=\d+$)/, "/"),
  "a leading slash": (name) => name.replace(/^\//, ""),
  "a slash at the end": (name) => name.replace(/\/$/, ""),
  "slashes that are doubled": (name) => name.replaceAll("//", "/"),
  "spaces at the end": (name) => name.trimEnd(),
  "percent-encoding": (name) => name.replaceAll(/%[0-9a-f]{2}/gi, decodeURIComponent),
  "identity as a compressor": (name) => name.replace("compressed-blobs/identity/", "blobs/"),
  "digest functions that need not be named": (name) =>
    name.replace(/(?<=blobs\/)(?:sha256|sha1|md5)\//, ""),
  "another keyword further right": (name) => name.replace(/^.*\/(?=uploads\/)/s, ""),
  "decomposed letters": (name) => name.normalize("NFC"),
};
