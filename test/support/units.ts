import { KIB, MIB } from "./bytes.ts";

export const GIB: number = 1024 * MIB;

const units = [
  { unit: GIB, name: "GiB" },
  { unit: MIB, name: "MiB" },
];

/** As people say it: 64 KiB. */
export function sizeText(bytes: number): string {
  const { unit, name } = units.find((one) => bytes >= one.unit) ?? { unit: KIB, name: "KiB" };
  return `${round(bytes / unit).replace(/\.0+$/, "")} ${name}`;
}

/** Three digits that count, or all in front of the point. */
export function round(number: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(number, 0.001))));
  return number.toFixed(Math.min(digits, 2));
}
