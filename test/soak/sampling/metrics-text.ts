/** The values that a text in Prometheus' format has under a name, whatever their labels. */
function valuesOf(text: string, name: string): readonly number[] {
  const line = new RegExp(`^${name}(?:\\{[^}]*\\})? (?<value>\\S+)$`, "gm");
  return [...text.matchAll(line)].map(({ groups }) => Number(groups?.["value"]));
}

/** All of them together; `undefined` of none. */
export function sumOfValues(text: string, name: string): number | undefined {
  const values = valuesOf(text, name);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}

/** The greatest of them; `undefined` of none. */
export function greatestValue(text: string, name: string): number | undefined {
  const values = valuesOf(text, name);
  return values.length === 0 ? undefined : Math.max(...values);
}
