import { tmpdir } from "node:os";
import { UsageError } from "../../functions/node/commands/flags.node.ts";
import { MIB } from "../support/bytes.ts";
import { parseFlags } from "../support/parse-flags.node.ts";
import { GIB } from "../support/units.ts";

type ShapeName = "node" | "edge";

export interface SoakOptions {
  readonly shape: ShapeName;
  readonly minutes: number;
  readonly idleSeconds: number;
  readonly workers: number;
  readonly sizeBytes: number;
  readonly requestsPerSecond: number;
  readonly seed: number;
  readonly builds: boolean;
  readonly write: boolean;
  /** Where samples and the report go. */
  readonly out: string | undefined;
  /** Where servers and builds keep what they need for a time. */
  readonly folder: string;
}

export const soakHelp = `npm run soak: mixed load from build clients and others, and whether memory and descriptors stay flat

  --shape node|edge      hayloft serve (the default), or the Worker in workerd
  --minutes N            of load; fractions are taken, too. default: 60 for node, 10 for edge
  --idle-seconds N       without load, before and after it. default: 45
  --workers N            of hayloft serve. default: 1
  --size N               MiB of its disk store. default: 2048
  --rate N               synthetic requests in a second. default: 200 for node, 60 for edge
  --seed N               another seed makes other requests. default: 1
  --no-builds            only synthetic load, without Bazel, recc and moon
  --out FOLDER           samples.ndjson, report.md and report.svg go there as well
  --write                the report goes to test/soak/results, where README.md shows it
  --folder FOLDER        for what is needed for a time. default: the folder of temporary files

It ends with code 1 where something grew, a promise was broken or an answer was wrong.
`;

/** Throws `UsageError`. `undefined` if help was asked for. */
export function readSoakOptions(args: readonly string[]): SoakOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const shape = parseShape(values.shape);
  const isNode = shape === "node";
  return {
    shape,
    minutes: parseNumber("minutes", values.minutes ?? (isNode ? "60" : "10")),
    idleSeconds: parseNumber("idle-seconds", values["idle-seconds"]),
    workers: parseWhole("workers", values.workers),
    sizeBytes: parseWhole("size", values.size) * MIB,
    requestsPerSecond: parseWhole("rate", values.rate ?? (isNode ? "200" : "60")),
    seed: parseWhole("seed", values.seed),
    builds: !values["no-builds"],
    write: values.write,
    out: values.out,
    folder: values.folder,
  };
}

function parse(args: readonly string[]) {
  return parseFlags(args, {
    shape: { type: "string", default: "node" },
    minutes: { type: "string" },
    "idle-seconds": { type: "string", default: "45" },
    workers: { type: "string", default: "1" },
    size: { type: "string", default: String((2 * GIB) / MIB) },
    rate: { type: "string" },
    seed: { type: "string", default: "1" },
    "no-builds": { type: "boolean", default: false },
    out: { type: "string" },
    write: { type: "boolean", default: false },
    folder: { type: "string", default: tmpdir() },
    help: { type: "boolean", default: false },
  });
}

function parseShape(text: string): ShapeName {
  if (text === "node" || text === "edge") return text;
  throw new UsageError(`--shape is ${JSON.stringify(text)}: give node or edge`);
}

function parseNumber(flag: string, text: string): number {
  if (/^\d{1,5}(?:\.\d{1,3})?$/.test(text) && Number(text) > 0) return Number(text);
  throw new UsageError(`--${flag} is ${JSON.stringify(text)}: give a number above 0`);
}

function parseWhole(flag: string, text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`--${flag} is ${JSON.stringify(text)}: give a number from 1 to 999999`);
}
