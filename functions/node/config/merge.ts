import { type Fields, isFields, type Value } from "./value.ts";

/** What several files say together: the later one counts, and objects are joined field by field. */
export function merge(files: readonly Fields[]): Fields {
  return withoutNulls(files.reduce((all, file) => join(all, file), {}));
}

function join(one: Fields, other: Fields): Fields {
  const joined = Object.entries(other).map(([name, value]) => {
    const before = Object.hasOwn(one, name) ? one[name] : undefined;
    return [name, isFields(before) && isFields(value) ? join(before, value) : value] as const;
  });
  return { ...one, ...Object.fromEntries(joined) };
}

/** `null` takes out what an earlier file has said. */
function withoutNulls(fields: Fields): Fields {
  const kept = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(kept.map(([name, value]): [string, Value] => [name, nested(value)]));
}

function nested(value: Value): Value {
  return isFields(value) ? withoutNulls(value) : value;
}
