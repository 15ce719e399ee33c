/** The authority plays no part in what is served, so a strange one does no harm; the path stays as it was sent. */
export function urlOf(target: string): string {
  return /^https?:\/\//i.test(target) ? target : `http://localhost${target}`;
}
