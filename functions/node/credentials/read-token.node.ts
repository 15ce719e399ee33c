import { createReadStream } from "node:fs";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { UsageError } from "../commands/flags.node.ts";
import { codeOf } from "../error-code.node.ts";
import { boundedText } from "./bounded-text.node.ts";
import { parseToken } from "./parse-token.ts";

/** The token in a file, or else on standard input: an argument would show it to everybody on this machine. Throws `UsageError`. */
export async function readToken(file: string | undefined): Promise<string> {
  const text = file === undefined ? await readInput() : await readFile(file);
  const token = parseToken(text ?? "");
  if (token !== undefined) return token;
  throw new UsageError(`${file ?? "standard input"} holds no token: one line without spaces`);
}

async function readInput(): Promise<string | undefined> {
  return process.stdin.isTTY ? await askWithoutEcho() : await boundedText(process.stdin);
}

async function readFile(file: string): Promise<string | undefined> {
  try {
    return await boundedText(createReadStream(file));
  } catch (cause) {
    throw new UsageError(`cannot read --token-file ${file} (${codeOf(cause)})`, { cause });
  }
}

async function askWithoutEcho(): Promise<string> {
  process.stderr.write("token: ");
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silence, terminal: true });
  try {
    return await lines.question("");
  } finally {
    lines.close();
    process.stderr.write("\n");
  }
}
