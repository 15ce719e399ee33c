import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runHayloft } from "../run-hayloft.node.ts";
import { ConfigFolder } from "./config-folder.node.ts";

let folder: ConfigFolder;
beforeAll(async () => void (folder = await ConfigFolder.make()));
afterAll(async () => await folder[Symbol.asyncDispose]());

describe("mistakes in configuration files", () => {
  test("are told all at once, each by its file, its line and its path", async () => {
    await folder.write(
      "many.jsonc",
      `{
  // What follows is all wrong.
  "stor": "disk",
  "size": "5GX",
  "workers": "two",
  "geometry": { "odl": 3 },
  "access": { "tokens": [{ "subject": 3, "sha256": "x", "grants": [{ "instance": "**", "rights": ["reed"], "right": 1 }] }] },
  "listen": "nonsense",
}`,
    );
    expect(await folder.mistakesIn("many.jsonc")).toEqual([
      "many.jsonc:3:3: stor: it is unknown; did you mean store?",
      "many.jsonc:5:3: workers: Invalid input: expected number, received string",
      "many.jsonc:6:17: geometry.odl: it is unknown; did you mean old?",
      "many.jsonc:7:28: access.tokens[0].subject: Invalid input: expected string, received number",
      expect.stringMatching(/^many\.jsonc:7:42: access\.tokens\[0\]\.sha256: is no SHA-256/),
      expect.stringMatching(
        /^many\.jsonc:7:99: access\.tokens\[0\]\.grants\[0\]\.rights\[0\]: Invalid option/,
      ),
      "many.jsonc:7:108: access.tokens[0].grants[0].right: it is unknown; did you mean rights?",
      expect.stringMatching(/^many\.jsonc:8:3: listen is "nonsense": give HOST:PORT/),
      'many.jsonc:4:3: size is "5GX": give a number with its unit, as 4GiB or 500MB',
    ]);
  });

  test("are told of all files that are none", async () => {
    await folder.write("half.jsonc", '{\n  "size": \n}');
    await folder.write("twice.jsonc", '{ "size": "1GiB",\n  "size": "2GiB" }');
    await folder.write("list.jsonc", "[]");
    await folder.write("proto.jsonc", '{ "access": { "__proto__": {} } }');
    await folder.write("reference.jsonc", '{ "size": { "$env": "A", "$file": "B" } }');
    const names = ["half", "twice", "list", "proto", "reference", "nowhere"];
    expect(await folder.mistakesIn(...names.map((name) => `${name}.jsonc`))).toEqual([
      "half.jsonc:3:1: it is no JSON: value expected",
      'twice.jsonc:2:3: "size" stands here a second time',
      "list.jsonc:1:1: it has to be an object: { ... }",
      "proto.jsonc:1:3: access: __proto__ is no name here",
      expect.stringMatching(/^reference\.jsonc:1:3: size: a reference is \{"\$env": "NAME"\} or/),
      "nowhere.jsonc: it cannot be read (ENOENT)",
    ]);
  });

  test("are told of modules that give what is no plain object", async () => {
    await folder.write("promise.mjs", 'export default Promise.resolve({ size: "5GX" });');
    await folder.write("map.mjs", "export default { access: new Map() };");
    await folder.write("itself.mjs", "const all = {}; all.access = all; export default all;");
    await folder.write("deep.jsonc", "[".repeat(100_000));
    const names = ["promise.mjs", "map.mjs", "itself.mjs", "deep.jsonc"];
    expect(await Promise.all(names.map(async (name) => await folder.mistakesIn(name)))).toEqual([
      [expect.stringMatching(/^promise\.mjs: size is "5GX": give/)],
      ["map.mjs: access: a Map is nothing that JSON could say"],
      ["itself.mjs: access: it lies too deep"],
      ["deep.jsonc: it lies too deep"],
    ]);
  });

  test("name the file whose word counts", async () => {
    await folder.write("first.jsonc", { size: "nonsense", workers: -1 });
    await folder.write("second.jsonc", '{\n\n  "size": "5" }');
    expect(await folder.mistakesIn("first.jsonc", "second.jsonc")).toEqual([
      expect.stringContaining("first.jsonc:1:20: workers: Too small"),
      expect.stringContaining('second.jsonc:3:3: size is "5": give'),
    ]);
  });

  test("are those that the flags know, too, with their places", async () => {
    await folder.write("tls.jsonc", { store: "memory", tlsCert: "a.pem" });
    expect(await folder.mistakesIn("tls.jsonc")).toEqual([
      "--tls-cert needs --tls-key FILE beside it (tls.jsonc:1:19: tlsCert)",
    ]);
    await folder.write("unread.jsonc", { tlsCert: "a.pem", tlsKey: "b.pem" });
    expect(await folder.mistakesIn("unread.jsonc")).toEqual([
      "cannot read --tls-cert a.pem (ENOENT) (unread.jsonc:1:2: tlsCert)",
    ]);
    const rules = [{ when: { repository: "*/app" }, grants: [] }];
    const jwt = [{ preset: "github-actions", audience: "a", rules }];
    await folder.write("strangers.jsonc", { store: "memory", access: { jwt } });
    expect(await folder.mistakesIn("strangers.jsonc")).toEqual([
      expect.stringMatching(
        /^strangers\.jsonc:1:19: access is wrong: jwt\[0\]\.rules\[0\]\.when: jobs of strangers/,
      ),
    ]);
  });

  test("do not follow from one another", async () => {
    await folder.write("one.jsonc", { store: "s3", compressAtRest: "zstd", bucket: "b" });
    const [first, ...others] = await folder.mistakesIn("one.jsonc");
    expect(first).toContain('store: Invalid option: expected one of "disk"|"memory"|"s3+dynamodb"');
    expect(others).toEqual([]);
  });

  test("keep a server from starting", async () => {
    const path = await folder.write("bad.jsonc", { stor: "disk", workers: 0 });
    const { code, stdout, stderr } = await runHayloft(["serve", "--config", path]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(
      /^hayloft: .*bad\.jsonc:1:2: stor: .*\nhayloft: .*bad\.jsonc:1:16: workers: .*\n$/,
    );
  });

  test("may be in modules, which have no lines", async () => {
    await folder.write(
      "typed.ts",
      "export default async () => ({ geometry: { old: '8' as string } });",
    );
    await folder.write("function.mjs", "export default { size: () => '1GiB' };");
    await folder.write("thrown.ts", "throw new Error('not today\\nnor tomorrow');");
    await folder.write("empty.ts", "export {};");
    expect(await folder.mistakesIn("typed.ts")).toEqual([
      "typed.ts: geometry.old: Invalid input: expected number, received string",
    ]);
    expect(await folder.mistakesIn("function.mjs", "thrown.ts", "empty.ts")).toEqual([
      "function.mjs: size: a function is nothing that JSON could say",
      "thrown.ts: it cannot be loaded: not today",
      "empty.ts: it cannot be loaded: it has no default export",
    ]);
  });

  test("in the command itself end in one line", async () => {
    for (const [args, says] of [
      [["config"], /check or schema is missing/],
      [["config", "chek"], /chek is unknown; give check or schema/],
      [["config", "check", "--config"], /--config needs a value: --config FILE/],
    ] as const) {
      const { code, stderr } = await runHayloft(args);
      expect(code).toBe(2);
      expect(stderr).toMatch(says);
    }
    const { stderr } = await runHayloft(["serve"], { HAYLOFT_CONFIG: "" });
    expect(stderr).toBe("hayloft: HAYLOFT_CONFIG is empty: give it a value, or unset it\n");
  });
});
