import { createHash } from "node:crypto";

/** What no program may print: everything that tests show to prove who they are, and what it is known by. */
const secrets = new Set<string>();

/** What looks like one, wherever it is from. `TOKEN` stands for one in what the program tells of itself. */
const shapes: readonly RegExp[] = [
  /\b(?:bearer|basic)[ =:]+(?!TOKEN\b|realm\b)[\w+/=~.?>-]{8,}/gi,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /\bx-amz-(?:signature|security-token)[=:][^\s&"']{8,}/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/g,
  /:\/\/[^\s/:@]*:(?!TOKEN@)[^\s/@]+@/g,
];

/** Tells of a secret that a test uses, so that every program that the test stops is held to have kept it. */
export function secret(text: string): string {
  secrets.add(text).add(createHash("sha256").update(text).digest("hex"));
  return text;
}

/** The lines of `output` with a secret in them, which is left out. */
export function linesWithSecrets(output: string): readonly string[] {
  return output.split("\n").flatMap((line) => {
    const redacted = withoutSecrets(line);
    return redacted === line ? [] : [redacted];
  });
}

function withoutSecrets(line: string): string {
  let redacted = line;
  for (const each of secrets) redacted = redacted.replaceAll(each, "[secret]");
  for (const shape of shapes) redacted = redacted.replaceAll(shape, "[secret]");
  return redacted;
}

/** Throws for output in which a secret stands, which fails the test that stops the program. */
export function expectNoSecrets(output: string): void {
  const lines = linesWithSecrets(output);
  if (lines.length === 0) return;
  throw new Error(`the program has printed what nobody may know:\n${lines.join("\n")}`);
}
