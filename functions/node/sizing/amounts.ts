const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** Bytes for people to read, in the largest unit of which there is one. */
export function bytesText(bytes: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${digits(bytes / 1024 ** power)} ${units[power]}`;
}

const DAY_SECONDS = 24 * 60 * 60;
const HOUR_SECONDS = 60 * 60;

export function secondsText(seconds: number): string {
  if (seconds >= 2 * DAY_SECONDS) return `${digits(seconds / DAY_SECONDS)} days`;
  if (seconds >= 2 * HOUR_SECONDS) return `${digits(seconds / HOUR_SECONDS)} hours`;
  if (seconds >= 120) return `${digits(seconds / 60)} minutes`;
  return `${digits(seconds)} s`;
}

const secondsPer: Readonly<Record<string, number>> = {
  d: DAY_SECONDS,
  h: HOUR_SECONDS,
  m: 60,
  s: 1,
};

/** Seconds of `7d`, `12h`, `90m` or `30s`; `undefined` where it is none of these. */
export function parseSeconds(text: string): number | undefined {
  const match = /^(?<amount>[0-9]+(?:\.[0-9]+)?)(?<unit>[dhms])$/.exec(text);
  const seconds =
    Number(match?.groups?.["amount"]) * (secondsPer[match?.groups?.["unit"] ?? ""] ?? 0);
  return seconds > 0 ? seconds : undefined;
}

/** Three of them tell enough. */
function digits(number: number): string {
  const rounded = Number(number.toPrecision(3));
  return rounded.toLocaleString("en-US");
}

export function countText(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}
