import {
  parseReadName,
  parseWriteName,
  type ResourceName,
} from "../../../shared/digest/resource-name.ts";
import { SupportedFunctions } from "../../../shared/digest/supported-functions.ts";
import { RequestError } from "../../../shared/request-error.ts";
import { FuzzedCache, type FuzzedCacheOptions } from "../fuzzed-cache.node.ts";
import { type Offer, offerOf } from "../offer.node.ts";
import { Random } from "../random.node.ts";
import { askAbout } from "./ask-about.node.ts";
import { drawName } from "./draw-name.node.ts";
import { meaningOf, type NameForm, type NameMeaning } from "./name-rules.node.ts";

const NAMES_PER_RUN = 200;

/** The part of the names that a server is asked about, which takes longer than to parse them. */
const ASKED = 0.2;

export interface FuzzNamesOptions extends FuzzedCacheOptions {
  /** What a parser would forgive: a mistake of its own, which must be found. */
  readonly forgive?: (name: string) => string;
}

/** Draws names, and compares what the server makes of them with what the rules say. Resolves how many there were. */
export async function fuzzNames(seed: number, options: FuzzNamesOptions = {}): Promise<number> {
  const { forgive = (name) => name } = options;
  const random = new Random(seed);
  const cache = new FuzzedCache(options);
  const clients = cache.clients(random.pick(cache.protocols));
  const offer = await offerOf(clients);
  for (let left = NAMES_PER_RUN; left > 0; left--) {
    const text = drawName(random);
    compare("read", text, { offer, forgive });
    compare("write", text, { offer, forgive });
    if (random.chance(ASKED)) await askAbout(clients, text, offer);
  }
  await cache.expectClean();
  return NAMES_PER_RUN;
}

interface Parser {
  readonly offer: Offer;
  readonly forgive: (name: string) => string;
}

function compare(form: NameForm, text: string, { offer, forgive }: Parser): void {
  const expected = inWords(meaningOf(form, text, offer));
  const found = inWords(parsed(form, forgive(text), offer));
  if (found === expected) return;
  throw new Error(
    `to ${form}, ${JSON.stringify(text)} means ${found}, and should mean ${expected}`,
  );
}

function inWords(meaning: NameMeaning | undefined): string {
  if (meaning === undefined) return "nothing";
  const { instanceName, uuid, compressor, function: name, hash, sizeBytes } = meaning;
  return JSON.stringify({ instanceName, uuid, compressor, name, hash, sizeBytes });
}

/** What the server's parser makes of a name. Throws where a refusal is not one that callers understand. */
function parsed(form: NameForm, text: string, offer: Offer): NameMeaning | undefined {
  const { functions, compressors } = offer;
  const rules = {
    functions: new SupportedFunctions(functions),
    compressors: ["identity", ...compressors] as const,
  };
  try {
    if (form === "read") return { ...flat(parseReadName(text, rules)), uuid: undefined };
    const name = parseWriteName(text, rules);
    return { ...flat(name), uuid: name.uuid };
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw new Error(`${JSON.stringify(text)}: ${String(error)}`, { cause: error });
  }
}

function flat({ instanceName, compressor, digest }: ResourceName): Omit<NameMeaning, "uuid"> {
  return { instanceName, compressor, ...digest };
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof RequestError &&
    error.code === "invalid-argument" &&
    error.violations[0]?.field === "resource_name" &&
    !error.message.includes("\n")
  );
}
