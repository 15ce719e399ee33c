import { describe, it } from "vitest";
import { allImports } from "./imports.node.ts";
import { mayImport, roomOf } from "./rooms.ts";

describe("layers", () => {
  it("every import runs in the direction that its room allows", ({ expect }) => {
    const wrong = allImports.flatMap(({ path, files }) =>
      files
        .filter((imported) => !mayImport(path, imported))
        .map((imported) => `${path} (${roomOf(path).name}) imports ${imported}`),
    );
    expect(wrong).toEqual([]);
  });

  it.for([
    ["shared/limits.ts", "shared/stores/call.ts"],
    ["shared/stores/call.ts", "shared/services/services.ts"],
    ["shared/services/services.ts", "shared/adapters/memory/segments.ts"],
    ["shared/adapters/disk/block.ts", "shared/adapters/memory/segments.ts"],
    ["shared/adapters/disk/block.ts", "shared/services/services.ts"],
    ["shared/services/services.ts", "functions/handlers/status.ts"],
    ["functions/handlers/status.ts", "shared/adapters/memory/segments.ts"],
    ["functions/routes.ts", "functions/node/main.node.ts"],
    ["functions/aws/main.node.ts", "functions/node/main.node.ts"],
    ["functions/routes.ts", "test/tidy/rooms.ts"],
    ["test/contracts/blob-store.ts", "shared/adapters/memory/segments.ts"],
  ] as const)("%s may not import %s", ([importer, imported], { expect }) => {
    expect(mayImport(importer, imported)).toBe(false);
  });
});
