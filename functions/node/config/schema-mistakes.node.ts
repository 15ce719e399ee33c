import en from "zod/v4/locales/en.js";
import type * as z from "zod/mini";
import { isSchema, type JsonSchema, resolvedSchema } from "./json-schema.node.ts";
import { nearestName } from "./nearest-name.ts";
import { settingForms } from "./setting-forms.node.ts";
import type { Fields, Path } from "./value.ts";

export interface SchemaMistake {
  readonly at: Path;
  readonly text: string;
}

/** Without a language, every mistake is "Invalid input". */
const { localeError } = en();

/** Everything in the fields that no setting has, or that has not the form of its setting. */
export function schemaMistakes(fields: Fields): readonly SchemaMistake[] {
  return Object.entries(fields).flatMap(([key, value]) => {
    if (key === "$schema") return [];
    const form = settingForms.get(key);
    if (form === undefined) return [{ at: [key], text: unknownText(key, settingForms.keys()) }];
    const parsed = form.schema.safeParse(value, { error: localeError });
    return parsed.success ? [] : parsed.error.issues.flatMap((issue) => mistakesOf(issue, [key]));
  });
}

type Issue = z.core.$ZodIssue;

function mistakesOf(issue: Issue, inside: Path): readonly SchemaMistake[] {
  const at = [
    ...inside,
    ...issue.path.map((part) => (typeof part === "number" ? part : String(part))),
  ];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ at: [...at, key], text: unknownText(key, namesAt(at)) }));
  }
  if (issue.code !== "invalid_union") return [{ at, text: issue.message }];
  // What somebody meant is the alternative whose mistakes lie inside it.
  const meant = issue.errors.find((issues) => issues.length > 0 && issues.every(liesInside));
  if (meant !== undefined) return meant.flatMap((inner) => mistakesOf(inner, at));
  const texts = issue.errors.flat().map(({ message }) => message);
  return [
    { at, text: isGeneral(issue) && texts.length > 0 ? texts.join(", or: ") : issue.message },
  ];
}

function liesInside({ path, code }: Issue): boolean {
  return path.length > 0 || code === "unrecognized_keys";
}

/** Whether a union says nothing of its own. */
function isGeneral({ message }: Issue): boolean {
  return message === "Invalid input";
}

function unknownText(name: string, names: Iterable<string>): string {
  const known = [...names];
  const nearest = nearestName(name, known);
  const remedy =
    nearest === undefined ? `known are ${known.join(", ")}` : `did you mean ${nearest}?`;
  return `it is unknown; ${remedy}`;
}

/** The names that fields may have at a place. */
function namesAt(at: Path): readonly string[] {
  let schemas: readonly JsonSchema[] = [resolvedSchema()];
  for (const part of at) {
    schemas = schemas
      .flatMap(alternatives)
      .flatMap(({ items, properties, additionalProperties }) => {
        const inner =
          typeof part === "number" ? items : (properties?.[part] ?? additionalProperties);
        return isSchema(inner) ? [inner] : [];
      });
  }
  const names = schemas
    .flatMap(alternatives)
    .flatMap(({ properties = {} }) => Object.keys(properties));
  return [...new Set(names)];
}

function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  return schema.anyOf === undefined ? [schema] : schema.anyOf.flatMap(alternatives);
}
