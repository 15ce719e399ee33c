/** A line of a log as JSON: what every line has, and what lines of requests and of trouble may have besides. */
export interface Logged {
  readonly time: string;
  readonly level: string;
  readonly msg: string;
  readonly rpc?: string;
  readonly class?: string;
  readonly error?: string;
  readonly [field: string]: unknown;
}

/** The lines of its log among what a server has printed. */
export function loggedIn(output: string): readonly Logged[] {
  const lines = output.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as Logged);
}

/** Those of trouble, each as a text: where it was, its class, and what it says. */
export function troublesIn(output: string): readonly string[] {
  const isTrouble = ({ level }: Logged): boolean => level === "warn" || level === "error";
  return loggedIn(output)
    .filter(isTrouble)
    .map((line) => `${line.rpc ?? line.msg}: ${line.class}: ${line.error}`);
}
