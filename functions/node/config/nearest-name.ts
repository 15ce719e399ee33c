/** The one of `names` that somebody may have meant; `undefined` where none is near. */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const known of names) {
    const distance = editsBetween(name.toLowerCase(), known.toLowerCase());
    if (distance < least) [nearest, least] = [known, distance];
  }
  return nearest;
}

/** How many letters have to be put in, taken out or exchanged to make one of the other (Levenshtein's distance). */
function editsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let at = 0; at < one.length; at += 1) {
    const next = [at + 1];
    for (let to = 0; to < other.length; to += 1) {
      const exchanged = (row[to] ?? 0) + (one[at] === other[to] ? 0 : 1);
      next.push(Math.min(exchanged, (row[to + 1] ?? 0) + 1, (next[to] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
