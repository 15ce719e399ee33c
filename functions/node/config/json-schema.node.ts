import * as z from "zod/mini";
import { settingForms } from "./setting-forms.node.ts";

/** A JSON Schema, as far as anything here looks into it. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly anyOf?: readonly JsonSchema[] | undefined;
  readonly items?: InnerSchema | readonly InnerSchema[] | undefined;
  readonly properties?: Readonly<Record<string, InnerSchema>> | undefined;
  readonly additionalProperties?: InnerSchema | undefined;
  readonly required?: readonly string[] | undefined;
}

/** `true` takes anything, `false` nothing. */
type InnerSchema = JsonSchema | boolean;

export function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a file may say once all references are taken in. */
export function resolvedSchema(): JsonSchema {
  const properties = [...settingForms.values()].map(({ key, schema, help, fallback }) => {
    const description = z.describe(`${help} (default: ${fallback})`);
    return [key, z.optional(schema).check(description)] as const;
  });
  const schema = z.strictObject({
    $schema: z.optional(z.string()),
    ...Object.fromEntries(properties),
  });
  return z.toJSONSchema(schema, { io: "input" });
}

/** What editors hold a file against: a text may be elsewhere, and `null` takes out what an earlier file has said. */
export function editorSchema(): JsonSchema {
  const { $schema, properties = {}, ...rest } = resolvedSchema();
  return {
    $schema,
    title: "Hayloft",
    description: "The configuration of hayloft serve",
    ...rest,
    properties: { ...asFields(properties), $schema: properties["$schema"] ?? {} },
    $defs: { reference: REFERENCE },
  };
}

const REFERENCE: JsonSchema = {
  description: "a text that is elsewhere, as a secret is: in a variable, or in a file",
  anyOf: [soleText("$env"), soleText("$file")],
};

function soleText(name: string): JsonSchema {
  const properties = { [name]: { type: "string", minLength: 1 } };
  return { type: "object", properties, required: [name], additionalProperties: false };
}

function asWritten(schema: JsonSchema): JsonSchema {
  const { anyOf, items, properties, additionalProperties, required } = schema;
  if (schema["type"] === "string") return { anyOf: [schema, { $ref: "#/$defs/reference" }] };
  return {
    ...schema,
    ...(anyOf && { anyOf: anyOf.map(asWritten) }),
    ...(isSchema(items) && { items: asWritten(items) }),
    ...(isSchema(additionalProperties) && {
      additionalProperties: asWritten(additionalProperties),
    }),
    ...(properties && { properties: asFields(properties, required) }),
  };
}

function asFields(
  properties: NonNullable<JsonSchema["properties"]>,
  required: readonly string[] = [],
): NonNullable<JsonSchema["properties"]> {
  const fields = Object.entries(properties).map(([name, schema]): [string, InnerSchema] => {
    if (!isSchema(schema)) return [name, schema];
    if (required.includes(name)) return [name, asWritten(schema)];
    const { description, ...form } = schema;
    const said = description === undefined ? {} : { description };
    const written = asWritten(form);
    return [name, { ...said, anyOf: [...(written.anyOf ?? [written]), { type: "null" }] }];
  });
  return Object.fromEntries(fields);
}
