import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import type { Random } from "../random.node.ts";

const strangeTexts: readonly string[] = [
  "",
  "UNKNOWN",
  "-1",
  "0x10",
  "\0",
  "=",
  "9223372036854775808",
];
const strangeNumbers: readonly number[] = [0, -1, 1.5, 1e300];

const strangeValues: readonly JsonValue[] = [
  ...strangeTexts,
  ...strangeNumbers,
  null,
  true,
  {},
  { "@type": "nothing" },
  [],
  [null],
  [[[]]],
];

/** The value with a mistake somewhere in it. */
export function mutateJson(value: JsonValue, random: Random): JsonValue {
  if (typeof value !== "object" || value === null || random.chance(0.1)) {
    return random.pick(strangeValues);
  }
  if (Array.isArray(value)) return mutateArray(value, random);
  return mutateObject(value, random);
}

function mutateArray(items: readonly JsonValue[], random: Random): JsonValue {
  const at = random.below(items.length + 1);
  const item = items[at];
  return item === undefined
    ? [...items, random.pick(strangeValues)]
    : items.with(at, mutateJson(item, random));
}

function mutateObject(fields: JsonObject, random: Random): JsonValue {
  const name = random.pick([...Object.keys(fields), "no_such_field"]);
  if (random.chance(0.15)) return { ...fields, [`${name}s`]: fields[name] ?? 1 };
  return { ...fields, [name]: mutateJson(fields[name] ?? null, random) };
}
