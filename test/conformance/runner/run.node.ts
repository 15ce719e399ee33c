import { readFileSync } from "node:fs";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import type { Check } from "../check.ts";
import { accessSuite, checksOf, httpAccessSuite, httpSuite, rpcSuite } from "../suites.node.ts";
import { createTarget } from "../target.node.ts";
import type { Protocol, Target } from "../target.ts";
import { type Run, UsageError } from "./command-line.node.ts";
import type { Section } from "./report.node.ts";
import { greeting, type Result, runChecks } from "./run-checks.node.ts";

/** Checks of one kind, and who they ask. */
interface Part {
  readonly name: string;
  readonly checks: readonly Check[];
  readonly target: Target;
}

/** Told of every result as it comes, and of how many there will be. */
export type Progress = (result: Result, done: number, of: number) => void;

/** Runs everything that applies. Throws `UsageError` where there is nothing to run, or nobody to ask. */
export async function run(command: Run, progress: Progress): Promise<readonly Section[]> {
  if (command.ca !== undefined) trust(command.ca);
  const parts = partsOf(command);
  const total = parts.reduce((sum, { checks }) => sum + checks.length, 0);
  if (total === 0)
    throw new UsageError("--only names no check of those that apply; see test/conformance");
  const sections: Section[] = [];
  let done = 0;
  for (const { name, checks, target } of parts) {
    await expectAnswer(target);
    const results: Result[] = [];
    for await (const result of runChecks(checks, target, command.timeoutMs)) {
      results.push(result);
      progress(result, ++done, total);
    }
    sections.push({ name, results });
  }
  return sections;
}

function partsOf(command: Run): readonly Part[] {
  const { protocols, token, readToken, httpUrl } = command;
  const [first] = protocols;
  if (first === undefined)
    throw new UsageError("--protocol is empty; give some of grpc,connect,grpc-web");
  const parts: Part[] = [];
  const add = (name: string, checks: readonly Check[], target: Target): void => {
    const chosen = checks.filter(({ number }) => isChosen(number, command.only));
    if (chosen.length > 0) parts.push({ name, checks: chosen, target });
  };
  for (const protocol of protocols)
    add(protocol, checksOf(rpcSuite(protocol)), targetFor(command, protocol));
  if (httpUrl !== false) add("HTTP cache", checksOf(httpSuite), targetFor(command, first));
  if (token === undefined || readToken === undefined) return parts;
  const credentials = { write: token, read: readToken };
  for (const protocol of protocols) {
    const target = { ...targetFor({ ...command, token: undefined }, protocol), credentials };
    add(`${protocol}, with tokens`, checksOf(accessSuite), target);
    if (protocol === first && httpUrl !== false)
      add("HTTP cache, with tokens", checksOf(httpAccessSuite), target);
  }
  return parts;
}

function isChosen(number: string, only: readonly string[]): boolean {
  return only.length === 0 || only.some((one) => number === one || number.startsWith(`${one}.`));
}

function targetFor(
  { baseUrl, httpUrl, httpVersion, onlyInstance, headers, token }: Run,
  protocol: Protocol,
): Target {
  const shown = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return createTarget({
    baseUrl,
    protocol,
    httpUrl,
    httpVersion,
    ...(onlyInstance === undefined ? {} : { onlyInstance }),
    headers: { ...headers, ...shown },
  });
}

/** A server that cannot be reached is not to be called one that fails. */
async function expectAnswer(target: Target): Promise<void> {
  if (target.credentials !== undefined) return;
  using connection = target.connect();
  const outcome = await greeting(connection, target);
  if (outcome === "OK") return;
  const where = `${target.baseUrl} in ${target.protocol}`;
  throw new UsageError(
    `${where} answers GetCapabilities with ${outcome}; look at --url, --protocol, --instance and --token`,
  );
}

function trust(file: string): void {
  try {
    setDefaultCACertificates([...getCACertificates(), readFileSync(file, "utf8")]);
  } catch (cause) {
    throw new UsageError(`--ca ${file} is no file of certificates in PEM`, { cause });
  }
}
