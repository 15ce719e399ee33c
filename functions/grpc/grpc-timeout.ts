const unitMs: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** A `grpc-timeout`, in milliseconds; `undefined` where there is none, and NaN where it is malformed. */
export function parseTimeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const { amount, unit = "" } = /^(?<amount>[0-9]{1,8})(?<unit>[HMSmun])$/.exec(text)?.groups ?? {};
  return Number(amount) * (unitMs[unit] ?? Number.NaN);
}
