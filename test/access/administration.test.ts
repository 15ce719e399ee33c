import { describe, it } from "vitest";
import { GrantedPrincipal, grantOf } from "../../functions/access/grants.ts";
import { parseGlob } from "../../shared/digest/instance-glob.ts";

describe("the right to administer", () => {
  it.for([
    ["**", { "**": true, "main/**": true, main: true, "": true }],
    ["main/**", { "**": false, "main/**": true, main: true, "main/x/**": true, "": false }],
    ["main", { "**": false, "main/**": false, main: true, "main/x": false, "": false }],
    ["", { "**": false, "main/**": false, main: false, "": true }],
  ] as const)("in %o holds throughout what that covers", ([instance, expected], { expect }) => {
    const principal = new GrantedPrincipal("root", [grantOf({ instance, rights: ["admin"] })]);
    const found = Object.keys(expected).map((glob) => [
      glob,
      principal.hasThroughout("admin", parseGlob(glob)),
    ]);
    expect(Object.fromEntries(found)).toEqual(expected);
    expect(principal.hasThroughout("ac-write", parseGlob(instance))).toBe(false);
  });

  it("in each of some instances is none in all that there may be", ({ expect }) => {
    const grants = ["main", "main/a"].map((instance) => grantOf({ instance, rights: ["admin"] }));
    const principal = new GrantedPrincipal("root", grants);
    expect(principal.hasThroughout("admin", parseGlob("main/**"))).toBe(false);
  });
});
