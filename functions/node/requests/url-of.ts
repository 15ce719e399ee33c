import { rawPath } from "../../handlers/http-cache-path.ts";

/** The authority plays no part in what is served, so a strange one does no harm; the path stays as it was sent. */
export function urlOf(target: string): string {
  return /^https?:\/\//i.test(target) ? target : `http://localhost${target}`;
}

/** The path alone, as it was sent. */
export function pathOf(target: string): string {
  if (!target.startsWith("/")) return rawPath(urlOf(target));
  const end = target.search(/[?#]/);
  return end === -1 ? target : target.slice(0, end);
}
