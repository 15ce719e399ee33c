import { describe, expect, test } from "vitest";
import { clientOf, httpClientOf } from "../../functions/handlers/request-metadata.ts";
import { limits } from "../../shared/limits.ts";
import { METADATA_HEADER, metadataHeader } from "../support/request-metadata.ts";

function headerOf(value: string): Headers {
  return new Headers({ [METADATA_HEADER]: value });
}

const bazel = {
  toolDetails: { toolName: "bazel", toolVersion: "8.0.0" },
  toolInvocationId: "0000-1111",
  actionId: "abc",
  actionMnemonic: "CppCompile",
  targetId: "//a:b",
};
const client = {
  toolName: "bazel",
  toolVersion: "8.0.0",
  invocationId: "0000-1111",
  actionId: "abc",
  mnemonic: "CppCompile",
  target: "//a:b",
};

describe("request metadata", () => {
  test("says what made the request", () => {
    expect(clientOf(headerOf(metadataHeader(bazel)))).toEqual(client);
    expect(clientOf(headerOf(metadataHeader({ actionId: "abc" })))).toEqual({ actionId: "abc" });
    expect(clientOf(headerOf(metadataHeader({})))).toBeUndefined();
  });

  test("gives way to the name of an HTTP client that has none", () => {
    const agent = { "user-agent": "ccache/4.10\u0085" };
    expect(httpClientOf(new Headers(agent))).toEqual({ toolName: "ccache/4.10?" });
    expect(httpClientOf(new Headers())).toBeUndefined();
    const both = { ...agent, [METADATA_HEADER]: metadataHeader(bazel) };
    expect(httpClientOf(new Headers(both))).toEqual(client);
  });

  test("may be padded, or joined with others by a proxy", () => {
    const plain = metadataHeader(bazel);
    const padded = `${plain}${"=".repeat((4 - (plain.length % 4)) % 4)}`;
    for (const value of [padded, `${plain}, ${plain}`, `!,${plain}`, `0a,,${padded}`]) {
      expect(clientOf(headerOf(value))).toEqual(client);
    }
  });

  test.for([
    ["none", ""],
    ["no base64", "!!! not base64 !!!"],
    ["no message", "////"],
    ["too much", metadataHeader({ actionId: "x".repeat(limits.metadataLength) })],
  ])("that is %s is passed over", ([, value = ""]) => {
    expect(clientOf(headerOf(value))).toBeUndefined();
    expect(clientOf(new Headers())).toBeUndefined();
  });

  test("neither breaks a line of the log nor fills it", () => {
    const hostile = "a\nb\u0000c\u001B[31md\u2028e\u202Ef\u00E9\u{1F600}";
    const long = "x".repeat(10_000);
    const value = metadataHeader({ targetId: hostile, actionMnemonic: long });
    const { target, mnemonic } = clientOf(headerOf(value)) ?? {};
    expect(target).toBe("a?b?c?[31md?e?f\u00E9\u{1F600}");
    expect(mnemonic).toBe("x".repeat(limits.metadataTextLength));
  });
});
