import { type GrantSetting, type Policy, type RightName, takesTokens } from "../access/policy.ts";
import type { ServeOptions } from "./options/options.node.ts";

/** Who comes in at this address and what that means, for a person who starts the server. */
export function whoCanUse(address: string, options: ServeOptions): string {
  const isReachedFromHere = /^(127\.|\[::1\]|unix:)/.test(address);
  const isPrivate = isReachedFromHere || options.tlsFiles !== undefined;
  return [
    ...(isReachedFromHere ? ["Only this machine can reach it."] : []),
    ...(options.isOpen ? [openTo(isReachedFromHere, options)] : byPolicy(options)),
    ...(isPrivate || !takesTokens(options.policy) ? [] : [CLEAR_WARNING]),
  ].join(" ");
}

export function takesCertificates({
  tlsFiles,
  policy: { certificates = [] },
}: Pick<ServeOptions, "tlsFiles" | "policy">): boolean {
  return tlsFiles?.clientCa !== undefined && certificates.length > 0;
}

function openTo(
  isReachedFromHere: boolean,
  { socketPath, onlyLocalNames }: Pick<ServeOptions, "socketPath" | "onlyLocalNames">,
): string {
  const everything = "may read, write and administer the cache";
  if (socketPath !== undefined) return `Whoever can open the socket ${everything}.`;
  if (!isReachedFromHere) {
    return `Whoever can reach this address ${everything}: keep it inside a network that you trust.`;
  }
  return `Everybody on it ${everything}${onlyLocalNames ? "; web pages are kept out" : ""}.`;
}

function byPolicy(options: ServeOptions): readonly string[] {
  const { policy, socketPath } = options;
  const shown = [
    ...(takesCertificates(options) ? ["a certificate"] : []),
    ...(takesTokens(policy) ? ["a token"] : []),
  ].join(" or ");
  const others = [
    ...(socketPath === undefined ? [] : mayDo("Whoever can open the socket", policy.localSocket)),
    ...mayDo("Who shows nothing", policy.anonymous),
  ];
  if (shown === "") return others.length > 0 ? others : [NOBODY];
  if (others.length === 0) return [`Only who shows ${shown} comes in.`];
  return [`Who shows ${shown} may do what the access policy says.`, ...others];
}

function mayDo(who: string, setting: Policy["anonymous"]): readonly string[] {
  const { grants = [] } = setting ?? {};
  const words = verbs.filter(([, rights]) => isGranted(grants, rights)).map(([verb]) => verb);
  if (words.length === 0) return [];
  const isEverywhere = grants.some(({ instance }) => instance === "**");
  const what = words.join(", ").replace(/, (?=\w+$)/, " and ");
  return [`${who} may ${what}${isEverywhere ? "" : ", in some instances"}.`];
}

function isGranted(grants: readonly GrantSetting[], wanted: readonly RightName[]): boolean {
  return grants.some(({ rights }) => rights.some((right) => wanted.includes(right)));
}

const verbs: readonly (readonly [verb: string, rights: readonly RightName[]])[] = [
  ["read", ["read", "cas-read", "ac-read", "find-missing"]],
  ["write", ["write", "cas-write", "ac-write", "asset"]],
  ["administer", ["admin"]],
];

const NOBODY = "Nobody comes in: the access policy names nobody.";

const CLEAR_WARNING = "Without --tls-cert the token travels in the clear.";
