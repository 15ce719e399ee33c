import { describe, it } from "vitest";
import { importsOf } from "./imports.node.ts";

const text = `
import { limits } from "../limits.ts";
import type { Call } from "./call.ts";
import {
  type Digest,
  formatDigest,
} from "../digest/digest.ts";
import * as wire from "@bufbuild/protobuf/wire";
import "node:fs";
export { one } from "./one.ts";
export * from "./all.ts";
export const text = "import or export from";
const lazy = await import("./lazy.ts");
const program = new URL("../../functions/routes.ts", import.meta.url);
`;

describe("imports", () => {
  it("every form of import is seen, and nothing else", ({ expect }) => {
    expect(importsOf("shared/stores/example.ts", text)).toEqual({
      path: "shared/stores/example.ts",
      files: [
        "shared/limits.ts",
        "shared/stores/call.ts",
        "shared/digest/digest.ts",
        "shared/stores/one.ts",
        "shared/stores/all.ts",
        "shared/stores/lazy.ts",
      ],
      modules: ["@bufbuild/protobuf/wire", "node:fs"],
      programs: ["functions/routes.ts"],
    });
  });
});
