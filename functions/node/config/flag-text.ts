import { isFields, isItems, type Value } from "./value.ts";

/** What a file says as its flag has it. */
export function flagText(key: string, value: Value): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (isItems(value)) return value.map((item) => flagText(key, item)).join(",");
  if (!isFields(value)) return String(value);
  if (key === "geometry") return Object.entries(value).map(pair).join(",");
  return JSON.stringify(value);
}

function pair([name, value]: readonly [string, Value]): string {
  const flagName = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `${flagName}=${flagText(name, value)}`;
}
