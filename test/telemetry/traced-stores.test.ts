import { expect, test } from "vitest";
import { RequestRecord } from "../../functions/telemetry/request-record.ts";
import type { TraceSettings } from "../../functions/telemetry/trace-settings.ts";
import { tracedParts } from "../../functions/telemetry/traced-parts.ts";
import { tracedStores } from "../../functions/telemetry/traced-stores.ts";
import { iterate, skim } from "../../shared/bytes/collect.ts";
import type { Call } from "../../shared/stores/call.ts";
import { createIndexedStores } from "../../shared/stores/indexed/indexed-stores.ts";
import type { Span } from "../../shared/telemetry/tracing/span.ts";
import { Tracer } from "../../shared/telemetry/tracing/tracer.ts";
import { blobOf } from "../support/blobs.ts";
import { callFor } from "../support/calls.ts";
import { indexedParts } from "../support/indexed.ts";

const traces: TraceSettings = {
  collector: { url: "http://127.0.0.1:4318/v1/traces", headers: {} },
  sampling: { ratio: 1, followsParent: true },
  resource: {},
};

const services = { index: "a table", objects: "a bucket" };

/** Above what a row holds. */
const { digest, bytes } = await blobOf(5000);

/** A call that is traced, its span, and the spans that have ended, each as its parent's name and its own. */
function traced(signal?: AbortSignal): {
  call: Call;
  ended: Span[];
  names: () => readonly string[];
} {
  const ended: Span[] = [];
  const span = new Tracer(traces.sampling, (each) => ended.push(each)).begin("call", new Headers());
  const asked = { protocol: "grpc", rpc: "call", header: new Headers() } as const;
  const notes = new RequestRecord(asked, () => undefined, span);
  const nameOf = (id: string | undefined): string =>
    [...ended, ...(span ? [span] : [])].find(({ spanId }) => spanId === id)?.name ?? "?";
  return {
    call: { ...callFor("", signal), notes },
    ended,
    names: () => ended.map(({ name, parentId }) => `${nameOf(parentId)} > ${name}`),
  };
}

test("where nothing is traced, stores and what they are made of stay as they are", () => {
  const parts = indexedParts();
  const stores = createIndexedStores(parts);
  expect(tracedParts(parts, services, undefined)).toBe(parts);
  expect(tracedStores(stores, undefined)).toBe(stores);
});

test("the requests to a table and a bucket are within the calls of the stores over them", async () => {
  const stores = tracedStores(
    createIndexedStores(tracedParts(indexedParts(), services, traces)),
    traces,
  );
  const put = traced();
  await stores.blobs.put(digest, iterate([bytes]), put.call);
  expect(put.names()).toEqual([
    "BlobStore.put > ObjectStore.put",
    "BlobStore.put > BlobIndex.commit",
    "call > BlobStore.put",
  ]);
  const get = traced();
  const source = await stores.blobs.get(digest, { offset: 0 }, get.call);
  if (source !== undefined) await skim(source);
  expect(get.names()).toEqual([
    "BlobStore.get > BlobIndex.lookUp",
    "BlobStore.get > ObjectStore.get",
    "call > BlobStore.get",
  ]);
  const [lookUp, object, call] = get.ended;
  expect([lookUp, object, call].map((span) => [span?.kind, span?.attributes])).toEqual([
    ["client", { "peer.service": "a table" }],
    ["client", { "peer.service": "a bucket" }],
    ["internal", { "hayloft.hit": true, "hayloft.bytes": 5000 }],
  ]);
});

test("calls of one request at the same time keep what is theirs", async () => {
  const stores = tracedStores(
    createIndexedStores(tracedParts(indexedParts(), services, traces)),
    traces,
  );
  const { call, names } = traced();
  await Promise.all([
    stores.blobs.put(digest, iterate([bytes]), call),
    stores.actions.get(digest, call),
    stores.chunkLists.get(digest, call),
  ]);
  expect(names().toSorted()).toEqual([
    "ActionStore.get > BlobIndex.lookUp",
    "BlobStore.put > BlobIndex.commit",
    "BlobStore.put > ObjectStore.put",
    "ChunkListStore.get > BlobIndex.lookUp",
    "call > ActionStore.get",
    "call > BlobStore.put",
    "call > ChunkListStore.get",
  ]);
});

test("a call that is not traced asks for nothing more, and none is ended by a trace", async () => {
  const stores = tracedStores(createIndexedStores(indexedParts()), traces);
  expect(await stores.blobs.findMissing([digest], callFor())).toEqual([digest]);
  const ending = new AbortController();
  const { call, ended } = traced(ending.signal);
  const reason = new Error("the client went away");
  ending.abort(reason);
  await expect(stores.blobs.put(digest, iterate([bytes]), call)).rejects.toBe(reason);
  expect(ended).toMatchObject([{ name: "BlobStore.put", hasFailed: true }]);
  expect(ended[0]?.endMs).toBeDefined();
});
