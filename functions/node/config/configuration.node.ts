import type { DigestFunction } from "../../../shared/digest/digest-function.ts";
import type { LogLevel } from "../../../shared/telemetry/log.ts";
import type { Policy } from "../../access/policy.ts";
import type {
  geometryNames,
  http2Choices,
  logFormats,
  StoreChoice,
} from "../options/choices.node.ts";
import type { Flag } from "../options/serve-flags.node.ts";

/**
 * What a configuration file may say. In a module:
 *
 *     import type { Configuration } from ".../functions/node/config/configuration.node.ts";
 *
 *     export default { size: "64GiB", access: { ... } } satisfies Configuration;
 */
export type Configuration = Written<Settings> & { readonly $schema?: string };

/** Every flag of `hayloft serve`, its name in camel case: as text, unless a form of its own reads better in a file. */
type Settings = {
  readonly [F in Flag as CamelCase<F>]?: CamelCase<F> extends keyof OwnForms
    ? OwnForms[CamelCase<F>]
    : string;
};

/** Settings that are more than text in a file; `setting-forms.node.ts` has their checks. */
export interface OwnForms {
  readonly access: string | Policy;
  readonly digestFunctions: readonly DigestFunction[];
  readonly geometry: Readonly<Partial<Record<CamelCase<keyof typeof geometryNames>, number>>>;
  readonly http2: (typeof http2Choices)[number];
  readonly logFormat: (typeof logFormats)[number];
  readonly logLevel: LogLevel;
  readonly open: boolean;
  readonly readTokenSha256: string | readonly string[];
  readonly reformat: boolean;
  readonly statsHeader: string | readonly string[];
  readonly store: StoreChoice;
  readonly tokenSha256: string | readonly string[];
  readonly traceRatio: number;
  readonly workers: number;
}

type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** A text may be elsewhere, and `null` takes out what an earlier file has said. */
type Written<T> = T extends string
  ? T | { readonly $env: string } | { readonly $file: string }
  : T extends readonly (infer Item)[]
    ? readonly Written<Item>[]
    : T extends object
      ? {
          readonly [Name in keyof T]: Written<T[Name]> | (undefined extends T[Name] ? null : never);
        }
      : T;
