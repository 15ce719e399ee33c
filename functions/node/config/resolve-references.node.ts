import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { codeOf } from "../error-code.node.ts";
import { isFields, isItems, type Path, Reference, type Value } from "./value.ts";

export interface ReferenceOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder of the file in which something stands. */
  readonly folderOf: (path: Path) => string;
}

/** What references stand for is taken in; what is not there is left out. */
export class ReferenceResolver {
  readonly mistakes: { readonly at: Path; readonly text: string }[] = [];
  /** The texts that were taken in, and where to. */
  readonly taken: { readonly at: Path; readonly text: string; readonly by: string }[] = [];
  readonly #options: ReferenceOptions;

  constructor(options: ReferenceOptions) {
    this.#options = options;
  }

  async resolve(value: Value, at: Path = []): Promise<Value> {
    if (value instanceof Reference) return await this.#textOf(value, at);
    if (isItems(value)) {
      return await Promise.all(value.map(async (item, n) => await this.resolve(item, [...at, n])));
    }
    if (!isFields(value)) return value;
    const entries = Object.entries(value).map(
      async ([name, field]) => [name, await this.resolve(field, [...at, name])] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }

  /** A text with the names of references in place of what they stand for. */
  redacted(text: string): string {
    return this.taken.reduce(
      (said, { text: secret, by }) => said.replaceAll(secret, `[${by}]`),
      text,
    );
  }

  async #textOf(reference: Reference, at: Path): Promise<Value> {
    try {
      const text = await this.#read(reference, at);
      if (text === "") throw new Error("is empty");
      this.taken.push({ at, text, by: reference.toString() });
      return text;
    } catch (error) {
      const what =
        error instanceof Error && "code" in error
          ? `cannot be read (${codeOf(error)})`
          : codeOf(error);
      this.mistakes.push({ at, text: `${reference.toString()} ${what}` });
      return null;
    }
  }

  async #read({ kind, name }: Reference, at: Path): Promise<string> {
    if (kind === "file") {
      const text = await readFile(resolve(this.#options.folderOf(at), name), "utf8");
      return text.replace(/\r?\n$/, "");
    }
    const text = this.#options.environment[name];
    if (text === undefined) throw new Error("is not set");
    return text;
  }
}
