/** Writes one line: CloudWatch makes an event of each. */
export function log(entry: Readonly<Record<string, unknown>>): void {
  process.stderr.write(`${JSON.stringify(entry)}\n`);
}

export function report(error: unknown, where: string): void {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  log({ level: "ERROR", message: `internal error in ${where}: ${message}`, stack });
}
