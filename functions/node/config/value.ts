/** What a configuration file says at one place. */
export type Value = string | number | boolean | null | Reference | readonly Value[] | Fields;

export interface Fields {
  readonly [name: string]: Value;
}

/** Where something stands in a file: names of fields, and numbers of items. */
export type Path = readonly (string | number)[];

/** Stands where a text would: the text is elsewhere, as a secret is. */
export class Reference {
  readonly kind: "env" | "file";
  /** Of the variable, or of the file, which is found from the folder of the configuration file. */
  readonly name: string;

  constructor(kind: "env" | "file", name: string) {
    this.kind = kind;
    this.name = name;
  }

  toString(): string {
    return this.kind === "env" ? `the variable ${this.name}` : `the file ${this.name}`;
  }
}

export function isFields(value: Value | undefined): value is Fields {
  return typeof value === "object" && value !== null && !isItems(value) && !isReference(value);
}

export function isItems(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

function isReference(value: Value): value is Reference {
  return value instanceof Reference;
}

/** What stands there; `undefined` where there is nothing. */
export function valueAt(value: Value, path: Path): Value | undefined {
  let found: Value | undefined = value;
  for (const part of path) {
    if (isItems(found) && typeof part === "number") found = found[part];
    else if (isFields(found) && typeof part === "string" && Object.hasOwn(found, part)) {
      found = found[part];
    } else return undefined;
  }
  return found;
}

/** `access.tokens[0].subject` */
export function pathText(path: Path): string {
  const parts = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`));
  return parts.join("").replace(/^\./, "");
}
