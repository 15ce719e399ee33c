import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { left, table } from "../costs/tables/markdown.ts";
import { root } from "./project.node.ts";

const readme = join(root, "functions", "node", "config", "README.md");
const program = join(root, "functions", "node", "main.node.ts");

/** Writes the table of all settings into the README of configuration files. */
export async function writeSettingsTable(): Promise<void> {
  await writeFile(readme, await withTable(await readFile(readme, "utf8")));
}

/** Whether the README has the table as the schema makes it. */
export async function isSettingsTableCurrent(): Promise<boolean> {
  const text = await readFile(readme, "utf8");
  return text === (await withTable(text));
}

const generated = /<!-- from the schema -->.*?<!-- end -->/s;

async function withTable(text: string): Promise<string> {
  const made = `<!-- from the schema -->\n\n${await settingsTable()}\n\n<!-- end -->`;
  return text.replace(generated, () => made);
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
  boolean: "`true` or `false`",
  object: "an object",
};

function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}
