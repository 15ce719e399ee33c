import type { IssuerPreset } from "./issuer-presets.ts";
import type { RuleSetting } from "./policy.ts";

/** What is wrong with rules that strangers' jobs fit: whoever has an account at a CI can have tokens for any audience. */
export function mistakesInOwners(
  rules: readonly RuleSetting[],
  { issuer, ownerClaims }: IssuerPreset,
  place: string,
): readonly string[] {
  const claims = [...ownerClaims, "sub"].join(", ");
  return rules.flatMap(({ when }, index) =>
    namesOwner(when, ownerClaims)
      ? []
      : [
          `${place}.rules[${index}].when: jobs of strangers at ${issuer} fit this, too; ` +
            `say whose are meant by one of ${claims}, with no pattern in the place of the owner`,
        ],
  );
}

function namesOwner(when: RuleSetting["when"], ownerClaims: readonly string[]): boolean {
  const every = (claim: string, names: (pattern: string) => boolean): boolean => {
    const patterns = [when[claim] ?? []].flat();
    return patterns.length > 0 && patterns.every(names);
  };
  return (
    ownerClaims.some((claim) => every(claim, beginsWithOwner)) ||
    every("sub", (pattern) => isOwnersSubject(pattern, ownerClaims))
  );
}

/** `acme`, `acme/app` and `acme/**` do; nobody is kept out by `*`, `{owner}/app`, or `acme*`, which `acme-2` fits. */
function beginsWithOwner(pattern: string): boolean {
  return /^[^*{/:]+(?:[/:]|$)/.test(pattern);
}

/** As `repo:acme/app:ref:refs/heads/main`; projects may choose what else their `sub` says, and in what order. */
function isOwnersSubject(pattern: string, ownerClaims: readonly string[]): boolean {
  const [word = ""] = pattern.split(":", 1);
  return ["repo", ...ownerClaims].includes(word) && beginsWithOwner(pattern.slice(word.length + 1));
}
