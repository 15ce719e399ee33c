import { isSafeUrl } from "./fetch-keys.ts";
import { issuerPresets } from "./issuer-presets.ts";
import { mistakesInOwners } from "./job-owners.ts";
import { PolicyError } from "./parse-policy.ts";
import {
  type AlgorithmName,
  algorithmNames,
  type IssuerSetting,
  type KeysSetting,
} from "./policy.ts";

/** Where an issuer's keys are, if nothing else is set: where its discovery document says. */
export type KeysPlace = KeysSetting | { readonly discovery: string };

/** A setting with all that it leaves out. */
export interface IssuerProfile {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly algorithms: readonly AlgorithmName[];
  readonly keys: KeysPlace;
}

/** `place` is where the setting stands in the policy. Throws `PolicyError`. */
export function profileOf(setting: IssuerSetting, place: string): IssuerProfile {
  const preset = setting.preset === undefined ? undefined : issuerPresets[setting.preset];
  const issuer = setting.issuer ?? preset?.issuer;
  if (issuer === undefined) throw new PolicyError([`${place}: give it an issuer, or a preset`]);
  const keys =
    setting.jwks ??
    (preset === undefined ? { discovery: issuer } : { url: preset.keysUrl(issuer) });
  const algorithms =
    setting.algorithms ?? preset?.algorithms ?? algorithmNames.filter((name) => !isSecret(name));
  const url = urlIn(keys);
  if (url !== undefined && !isSafeUrl(url)) {
    throw new PolicyError([
      `${place}: its keys would come from ${url}: use https, or a loopback address`,
    ]);
  }
  const secret = algorithms.find(isSecret);
  if (url !== undefined && secret !== undefined) {
    throw new PolicyError([
      `${place}.algorithms: ${secret} needs a secret, and what is fetched from ${url} is none: give it as jwks.keys or jwks.file`,
    ]);
  }
  const service = preset ?? Object.values(issuerPresets).find((each) => each.issuer === issuer);
  const strangers =
    service === undefined ? [] : mistakesInOwners(setting.rules, { ...service, issuer }, place);
  if (strangers.length > 0) throw new PolicyError(strangers);
  return { issuer, audiences: [setting.audience].flat(), algorithms, keys };
}

function urlIn(keys: KeysPlace): string | undefined {
  if ("discovery" in keys) return keys.discovery;
  return "url" in keys ? keys.url : undefined;
}

function isSecret(algorithm: AlgorithmName): boolean {
  return algorithm.startsWith("HS");
}
