import { describe, it } from "vitest";
import { manifest } from "./manifest.node.ts";
import { read } from "./repository.node.ts";

describe("package.json", () => {
  it("the program depends on these packages and no more", ({ expect }) => {
    expect(Object.keys(manifest.dependencies)).toEqual([
      "@aws-sdk/client-dynamodb",
      "@aws-sdk/client-s3",
      "@aws-sdk/s3-request-presigner",
      "@bufbuild/protobuf",
      "@connectrpc/connect",
      "@connectrpc/connect-node",
      "@noble/hashes",
      "jose",
      "jsonc-parser",
      "zod",
    ]);
  });

  it("every version is exact", ({ expect }) => {
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    const ranges = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(
      ranges.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[a-z0-9.]+)?$/.test(version)),
    ).toEqual([]);
  });

  it("npm brings the Node that .node-version names, on every platform", ({ expect }) => {
    const versions = new Set(Object.values(manifest.optionalDependencies));
    expect([...versions]).toEqual([read(".node-version").trim()]);
  });
});
