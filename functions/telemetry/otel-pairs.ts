/** What a variable says as `name=value,...`, with what has a meaning there as `%2C`. What is not of this form counts as not there, as OpenTelemetry has it. */
export function parsePairs(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const pairs = (environment[name] ?? "").split(",").flatMap((text) => {
    const split = text.indexOf("=");
    if (split < 1) return [];
    const value = decoded(text.slice(split + 1).trim());
    return value === undefined ? [] : [[text.slice(0, split).trim(), value] as const];
  });
  return Object.fromEntries(pairs);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
