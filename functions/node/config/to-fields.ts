import { type Fields, type Path, Reference, type Value } from "./value.ts";

/** Objects and lists within each other; what goes deeper holds itself, or was never meant. */
const MAX_DEPTH = 32;

interface Mistake {
  readonly at: Path;
  readonly text: string;
}

/** What a file says, with the references in it found, and what no file may say at all. */
export function toFields(given: unknown): { fields: Fields; mistakes: readonly Mistake[] } {
  const mistakes: Mistake[] = [];
  if (isObject(given)) return { fields: fieldsOf(given, [], mistakes), mistakes };
  return { fields: {}, mistakes: [{ at: [], text: "it has to be an object: { ... }" }] };
}

function toValue(given: unknown, at: Path, mistakes: Mistake[]): Value {
  if (typeof given === "string" || typeof given === "number") return given;
  if (typeof given === "boolean" || given === null) return given;
  if (typeof given === "object" && at.length > MAX_DEPTH) {
    mistakes.push({ at: at.slice(0, 1), text: "it lies too deep" });
    return null;
  }
  if (Array.isArray(given)) return given.map((item, n) => toValue(item, [...at, n], mistakes));
  if (isObject(given)) {
    if ("$env" in given || "$file" in given) return toReference(given, at, mistakes);
    return fieldsOf(given, at, mistakes);
  }
  mistakes.push({ at, text: `a ${typeof given} is nothing that JSON could say` });
  return null;
}

function fieldsOf(given: object, at: Path, mistakes: Mistake[]): Fields {
  if (!isPlain(given)) {
    mistakes.push({ at, text: `a ${given.constructor.name} is nothing that JSON could say` });
    return {};
  }
  // A module may have fields without a value, which say nothing.
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  // The schema would pass it by, and with it a condition of the access policy.
  if (entries.some(([name]) => name === "__proto__")) {
    mistakes.push({ at, text: "__proto__ is no name here" });
  }
  return Object.fromEntries(
    entries.map(([name, value]) => [name, toValue(value, [...at, name], mistakes)]),
  );
}

function toReference(given: object, at: Path, mistakes: Mistake[]): Value {
  const [[kind, name] = ["", ""], ...others] = Object.entries(given);
  const isKnown = kind === "$env" || kind === "$file";
  if (isKnown && others.length === 0 && typeof name === "string" && name !== "") {
    return new Reference(kind === "$env" ? "env" : "file", name);
  }
  const text = 'a reference is {"$env": "NAME"} or {"$file": "PATH"}, and nothing beside it';
  mistakes.push({ at, text });
  return null;
}

/** Whether its fields are what it says: those of a Map or a promise are not. */
function isPlain(given: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(given);
  return prototype === null || prototype === Object.prototype;
}

function isObject(given: unknown): given is object {
  return typeof given === "object" && given !== null && !Array.isArray(given);
}
