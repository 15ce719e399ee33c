import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { left, table } from "../costs/tables/markdown.ts";
import { withMarkedPart } from "./marked-part.ts";
import { root } from "./project.node.ts";

const program = join(root, "functions", "node", "main.node.ts");

/** The README of configuration files with the table of all settings. */
export async function withSettingsTable(readme: string): Promise<string> {
  return withMarkedPart(readme, "from the schema", await settingsTable());
}

/** What of a JSON Schema the table needs. */
interface Form {
  readonly description?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Form[];
  readonly items?: Form;
  readonly properties?: Readonly<Record<string, Form>>;
}

async function settingsTable(): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, "config", "schema"]);
  const schema: unknown = JSON.parse(stdout);
  if (!isForm(schema)) throw new Error("hayloft config schema prints no schema");
  const rows = Object.entries(schema.properties ?? {})
    .filter(([key]) => key !== "$schema")
    .map(([key, form]) => [`\`${key}\``, formText(form), escaped(form.description ?? "")]);
  return table([left("setting"), left("is"), left("what it says")], rows);
}

function isForm(value: unknown): value is Form {
  return typeof value === "object" && value !== null;
}

/** Each alternative once, without what stands for all of them: a reference, and `null`. */
function formText({ type, anyOf, items, enum: choices }: Form): string {
  if (anyOf !== undefined) {
    const texts = anyOf.map(formText).filter((text) => text !== "");
    return [...new Set(texts)].join(" or ");
  }
  if (choices !== undefined) return choices.map((choice) => `\`"${choice}"\``).join(", ");
  if (type === "array")
    return items?.anyOf?.some((item) => item.enum) === true ? "a list of names" : "a list";
  return (type !== undefined && formNames[type]) || "";
}

const formNames: Readonly<Record<string, string>> = {
  string: "text",
  integer: "a number",
  number: "a number",
  boolean: "`true` or `false`",
  object: "an object",
};

function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}
