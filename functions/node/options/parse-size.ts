const units: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 1024,
  MIB: 1024 ** 2,
  GIB: 1024 ** 3,
  TIB: 1024 ** 4,
};

/** Bytes, as people write them: `4GiB`, `1.5 TB`. `undefined` where it is no number with a unit. */
export function parseSize(text: string): number | undefined {
  const match = /^(?<amount>[0-9]+(?:\.[0-9]+)?) ?(?<unit>[a-zA-Z]+)$/.exec(text);
  const unit = units[match?.groups?.["unit"]?.toUpperCase() ?? ""];
  const bytes = Math.floor(Number(match?.groups?.["amount"]) * (unit ?? Number.NaN));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
