import { onlyWord, UsageError } from "../commands/flags.node.ts";
import { parseCacheAddress } from "./cache-address.ts";

/** The cache that a command line names. Throws `UsageError`. */
export function cacheFrom(words: readonly string[]): URL {
  const text = onlyWord(words, "URL");
  const cache = parseCacheAddress(text);
  if (cache === undefined) {
    throw new UsageError("URL is no address of a cache: give it as https://cache.example.com");
  }
  if (cache.username !== "" || cache.password !== "") {
    throw new UsageError("URL holds a token: give that on standard input, or with --token-file");
  }
  return cache;
}

/** The same where flags name instances, so that the URL does not. */
export function wholeCacheFrom(words: readonly string[]): URL {
  const cache = cacheFrom(words);
  if (cache.pathname === "/") return cache;
  throw new UsageError(`URL has a path, ${cache.pathname}: name an instance with --instance`);
}
