import { readFile, writeFile } from "node:fs/promises";

/** What wrangler.toml calls the parts of the cache. */
export interface Names {
  readonly bucket: string;
  readonly database: string;
}

export async function readNames(path: string): Promise<Names> {
  const text = await readFile(path, "utf8");
  const valueOf = (key: string): string => {
    const value = new RegExp(`^${key} = "(?<value>[^"]+)"$`, "m").exec(text)?.groups?.["value"];
    if (value === undefined) throw new Error(`${path} has no line ${key} = "..."`);
    return value;
  };
  return { bucket: valueOf("bucket_name"), database: valueOf("database_name") };
}

/** Writes the id of the database below its name, or in the place of the one that is there. */
export async function writeDatabaseId(path: string, id: string): Promise<void> {
  const text = await readFile(path, "utf8");
  const lines = /^(?<name>database_name = .*\n)(?:database_id = .*\n)?/m;
  await writeFile(path, text.replace(lines, `$<name>database_id = "${id}"\n`));
}
