import { json } from "node:stream/consumers";
import { describe, it, vi } from "vitest";
import { createDynamoClient } from "../../shared/adapters/aws/aws-clients.node.ts";
import { DynamoBlobIndex } from "../../shared/adapters/aws/dynamodb-blob-index.node.ts";
import { systemClock } from "../../shared/clock.ts";
import type { BlobIndex } from "../../shared/stores/indexed/blob-index.ts";
import { credentials, region } from "../support/aws-engines.node.ts";
import { abortableCall, callFor } from "../support/calls.ts";
import { blobKeyAt, rowAt } from "../support/rows.ts";
import {
  dynamoAnswer,
  dynamoError,
  type Script,
  ScriptedServer,
} from "../support/scripted-server.node.ts";

const { signal } = callFor();
const unavailable = { name: "StoreError", code: "unavailable" };
const quick = { contents: false, consistent: false };

async function indexOn(
  script: Script,
): Promise<{ readonly index: BlobIndex; readonly server: ScriptedServer } & AsyncDisposable> {
  const server = await ScriptedServer.start(script);
  const client = createDynamoClient({ endpoint: server.url, credentials, region });
  const index = new DynamoBlobIndex({ client, table: "builds", clock: systemClock, keepMs: 1 });
  const dispose = async (): Promise<void> => {
    client.destroy();
    await server[Symbol.asyncDispose]();
  };
  return { index, server, [Symbol.asyncDispose]: dispose };
}

/** Every request, so that trouble with any is seen to be told. */
const requests: readonly {
  readonly action: string;
  readonly make: (index: BlobIndex) => Promise<unknown>;
}[] = [
  {
    action: "dynamodb:BatchGetItem",
    make: async (index) => await index.lookUp([blobKeyAt(1)], quick, signal),
  },
  {
    action: "dynamodb:PutItem",
    make: async (index) => await index.commit(rowAt(1), "first", signal),
  },
  {
    action: "dynamodb:PutItem",
    make: async (index) => await index.commit(rowAt(1), "last", signal),
  },
  {
    action: "dynamodb:UpdateItem",
    make: async (index) => await index.renew([rowAt(1)], 1, signal),
  },
  {
    action: "dynamodb:DeleteItem",
    make: async (index) => await index.remove([rowAt(1)], signal),
  },
  { action: "dynamodb:Scan", make: async (index) => await index.expired(1, 1, signal) },
  { action: "dynamodb:Scan", make: async (index) => await index.leases(1, signal) },
];

describe("a table that refuses", () => {
  it.for([
    { code: "AccessDeniedException", says: "policy" },
    { code: "ExpiredTokenException", says: "expired" },
    { code: "UnrecognizedClientException", says: "credentials" },
    { code: "ResourceNotFoundException", says: "there is none" },
    { code: "ValidationException", says: "ValidationException it is." },
  ])(
    "is told as such: $code, with the action, the table and a remedy",
    async ({ code, says }, { expect }) => {
      await using test = await indexOn(dynamoError(400, code));
      for (const { action, make } of requests) {
        const failing = make(test.index);
        await expect(failing).rejects.toMatchObject({ name: "StoreError", code: "denied" });
        await expect(failing).rejects.toThrow(`${action} on table "builds"`);
        await expect(failing).rejects.toThrow(code);
        await expect(failing).rejects.toThrow(says);
      }
    },
  );

  it("is told as such where this process has no credentials", async ({ expect }) => {
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_PROFILE"]) vi.stubEnv(name, undefined);
    for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) {
      vi.stubEnv(name, "/nowhere");
    }
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    const client = createDynamoClient({ region });
    const index = new DynamoBlobIndex({ client, table: "builds", clock: systemClock, keepMs: 1 });
    const look = index.lookUp([blobKeyAt(1)], quick, signal);
    await expect(look).rejects.toMatchObject({ name: "StoreError", code: "denied" });
    await expect(look).rejects.toThrow("has no credentials");
    vi.unstubAllEnvs();
  });
});

describe("a table in trouble", () => {
  it("is unavailable, whatever it was asked for", async ({ expect }) => {
    await using test = await indexOn(dynamoError(500, "InternalServerError"));
    for (const { make } of requests) {
      await expect(make(test.index)).rejects.toMatchObject(unavailable);
    }
  });

  it("is unavailable where it takes no more requests, after 4 attempts", async ({ expect }) => {
    const warn = vi.spyOn(console, "warn");
    await using test = await indexOn(dynamoError(400, "ThrottlingException"));
    const look = test.index.lookUp([blobKeyAt(1)], quick, signal);
    await expect(look).rejects.toMatchObject(unavailable);
    expect(test.server.requests).toBe(4);
    expect(warn).not.toHaveBeenCalled();
  });

  it("is unavailable where it never gets to all keys", async ({ expect }) => {
    await using test = await indexOn(unprocessed(() => 0));
    const look = test.index.lookUp([blobKeyAt(1), blobKeyAt(2)], quick, signal);
    await expect(look).rejects.toMatchObject(unavailable);
    await expect(look).rejects.toThrow("too busy to read 2 items");
    expect(test.server.requests).toBe(6);
  });

  it("is asked again as long as it gets to some keys", async ({ expect }) => {
    await using test = await indexOn(unprocessed(() => 3));
    const keys = Array.from({ length: 100 }, (_, index) => blobKeyAt(index));
    const { rows } = await test.index.lookUp(keys, quick, signal);
    expect(rows.size).toBe(0);
    expect(test.server.requests).toBe(34);
  });

  it("is not waited for once the call is over", async ({ expect }) => {
    const { call, reason, abort } = abortableCall();
    await using test = await indexOn(
      unprocessed((before) => {
        // While the client waits before it asks for a fifth time, for some hundred milliseconds.
        if (before === 3) setImmediate(abort);
        return 0;
      }),
    );
    const look = test.index.lookUp([blobKeyAt(1)], quick, call.signal);
    await expect(look).rejects.toBe(reason);
    expect(test.server.requests).toBeLessThan(6);
  });
});

/** Answers BatchGetItem with no items, and gets to so many of the keys each time. */
function unprocessed(processed: (before: number) => number): Script {
  return async (request, response, before) => {
    const asked = (await json(request)) as { RequestItems: { builds: { Keys: object[] } } };
    const Keys = asked.RequestItems.builds.Keys.slice(processed(before));
    const UnprocessedKeys = Keys.length === 0 ? {} : { builds: { Keys } };
    const answer = { Responses: { builds: [] }, UnprocessedKeys };
    await dynamoAnswer(200, answer)(request, response, before);
  };
}
