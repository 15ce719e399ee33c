import * as z from "zod/mini";
import { defaultFunctions } from "../../../shared/digest/served-functions.ts";
import { logLevels } from "../../../shared/telemetry/log.ts";
import { policySchema } from "../../access/parse-policy.ts";
import { http2Choices, logFormats, storeChoices } from "../options/choices.node.ts";
import { type Flag, serveFlags } from "../options/serve-flags.node.ts";
import type { OwnForms } from "./configuration.node.ts";

const text = z.string().check(z.minLength(1));
const count = z.int().check(z.positive());
const texts = z.union([text, z.array(text).check(z.minLength(1))]);

/** Of the settings that are more than text in a file. */
const ownForms: { readonly [Key in keyof OwnForms]: z.ZodMiniType<OwnForms[Key]> } = {
  access: z.union([text, policySchema]),
  digestFunctions: z.array(z.enum([...defaultFunctions, "murmur3"])).check(z.minLength(1)),
  geometry: z.strictObject({
    old: z.exactOptional(count),
    current: z.exactOptional(count),
    new: z.exactOptional(count),
    spare: z.exactOptional(count),
    sector: z.exactOptional(count),
    average: z.exactOptional(count),
    actionAverage: z.exactOptional(count),
  }),
  http2: z.enum(http2Choices),
  logFormat: z.enum(logFormats),
  logLevel: z.enum(logLevels),
  open: z.boolean(),
  readTokenSha256: texts,
  reformat: z.boolean(),
  statsHeader: texts,
  store: z.enum(storeChoices),
  tokenSha256: texts,
  traceRatio: z.number().check(z.minimum(0), z.maximum(1)),
  workers: count,
};

/** How a file writes one flag of `hayloft serve`. */
export interface SettingForm {
  readonly key: string;
  readonly flag: Flag;
  readonly schema: z.ZodMiniType;
  /** Whether its text is where something lies. */
  readonly isPath: boolean;
  readonly help: string;
  readonly fallback: string;
}

const own: ReadonlyMap<string, z.ZodMiniType> = new Map(Object.entries(ownForms));

export const settingForms: ReadonlyMap<string, SettingForm> = new Map(
  serveFlags.map(({ name, value, help, fallback }) => {
    const key = keyOf(name);
    const schema = own.get(key) ?? text;
    const isPath = /^(?:FILE|DIR)\b/.test(value);
    return [key, { key, flag: name, schema, isPath, help, fallback }];
  }),
);

/** What a flag is called in a file. */
export function keyOf(flag: Flag): string {
  return flag.replaceAll(/-[a-z]/g, (part) => part.slice(1).toUpperCase());
}
