import { beforeAll, describe, expect, test } from "vitest";
import type { Configuration } from "../../../functions/node/config/configuration.node.ts";
import type { JsonSchema } from "../../../functions/node/config/json-schema.node.ts";
import { keyOf, settingForms } from "../../../functions/node/config/setting-forms.node.ts";
import { serveFlags } from "../../../functions/node/options/serve-flags.node.ts";
import { runHayloft } from "../run-hayloft.node.ts";

let schema: JsonSchema = {};
beforeAll(async () => {
  const { stdout } = await runHayloft(["config", "schema"]);
  schema = JSON.parse(stdout) as JsonSchema;
});

describe("hayloft config schema", () => {
  test("has every flag of serve, with its help, and $schema", () => {
    for (const { name, help } of serveFlags) {
      const description = expect.stringContaining(help) as string;
      expect(schema.properties?.[keyOf(name)]).toMatchObject({ description });
    }
    const keys = Object.keys(schema.properties ?? {});
    expect(keys.toSorted()).toEqual([...settingForms.keys(), "$schema"].toSorted());
    expect(schema.additionalProperties).toBe(false);
  });

  test("lets references and null stand where they may", () => {
    const reference = { $ref: "#/$defs/reference" };
    const nothing = { type: "null" };
    expect(schema.properties?.["size"]).toMatchObject({
      anyOf: [{ type: "string" }, reference, nothing],
    });
    expect(schema.properties?.["workers"]).toMatchObject({ anyOf: [{ type: "integer" }, nothing] });
    expect(JSON.stringify(schema.properties?.["access"])).toContain(
      `"subject":{"anyOf":[{"type":"string","minLength":1},${JSON.stringify(reference)}]}`,
    );
    expect(schema["$defs"]).toMatchObject({ reference: { anyOf: [{}, {}] } });
  });

  test("knows the parts of an access policy", () => {
    expect(JSON.stringify(schema.properties?.["access"])).toContain('"github-actions"');
  });
});

describe("the type of a configuration", () => {
  test("takes what the schema takes", () => {
    const grants = [{ instance: "**", rights: ["read" as const] }];
    const good = {
      size: { $env: "SIZE" },
      store: "disk",
      workers: null,
      geometry: { old: 8, actionAverage: null },
      digestFunctions: ["sha256", { $file: "name" }],
      access: { tokens: [{ subject: "ci", sha256: { $file: "sha256" }, grants }], anonymous: null },
    } satisfies Configuration;
    expect(Object.keys(good).every((key) => settingForms.has(key))).toBe(true);
  });

  test("and nothing else", () => {
    // The compiler says whether each of these is true.
    const isTaken: {
      readonly good: Takes<{ store: "disk"; size: { $env: "SIZE" } }>;
      readonly store: Takes<{ store: "tape" }>;
      readonly number: Takes<{ workers: "2" }>;
      readonly nobody: Takes<{ access: { anonymous: { grants: null } } }>;
      readonly right: Takes<{
        access: { anonymous: { grants: [{ instance: ""; rights: ["r"] }] } };
      }>;
    } = { good: true, store: false, number: false, nobody: false, right: false };
    expect(Object.values(isTaken).filter(Boolean)).toHaveLength(1);
  });
});

type Takes<Given> = Given extends Configuration ? true : false;
