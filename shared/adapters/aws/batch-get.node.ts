import { setTimeout as sleep } from "node:timers/promises";
import { BatchGetItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { mapConcurrently } from "../../concurrent.ts";
import { limits } from "../../limits.ts";
import { StoreError } from "../../stores/store-error.ts";
import type { AwsResource } from "./aws-resource.node.ts";
import { type Item, type ItemKey, keyOf } from "./row-item.node.ts";

export interface HowToGet {
  readonly consistent: boolean;
  /** The attributes to bring; all if left out. */
  readonly attributes?: string | undefined;
}

/** What BatchGetItem takes. */
const KEYS_PER_REQUEST = 100;

/** Answers in a row that bring nothing, with longer and longer waits after them, until the table counts as too busy. */
const EMPTY_ANSWERS = 6;
const FIRST_WAIT_MS = 50;

/** The items that are there, of any number of keys, in no order. */
export async function batchGet(
  table: AwsResource<DynamoDBClient>,
  keys: readonly ItemKey[],
  how: HowToGet,
  signal: AbortSignal,
): Promise<readonly Item[]> {
  const different = [...new Set(keys)];
  const count = Math.ceil(different.length / KEYS_PER_REQUEST);
  const batches = Array.from({ length: count }, (_, index) =>
    different.slice(index * KEYS_PER_REQUEST, (index + 1) * KEYS_PER_REQUEST).map(keyOf),
  );
  const found = await mapConcurrently(
    batches,
    limits.storeConcurrency,
    async (batch) => await getBatch(table, batch, how, signal),
  );
  return found.flat();
}

/** One answer has so many bytes at most, and leaves keys out where the table is busy: those are asked for again. */
async function getBatch(
  table: AwsResource<DynamoDBClient>,
  batch: Item[],
  { consistent, attributes }: HowToGet,
  signal: AbortSignal,
): Promise<readonly Item[]> {
  const { client, name } = table;
  const items: Item[] = [];
  let emptyAnswers = 0;
  for (let keys = batch; keys.length > 0;) {
    const wanted = { Keys: keys, ConsistentRead: consistent, ProjectionExpression: attributes };
    const command = new BatchGetItemCommand({ RequestItems: { [name]: wanted } });
    const { Responses, UnprocessedKeys } = await table.attempt(
      "dynamodb:BatchGetItem",
      signal,
      async () => await client.send(command, { abortSignal: signal }),
    );
    items.push(...(Responses?.[name] ?? []));
    const left = UnprocessedKeys?.[name]?.Keys ?? [];
    emptyAnswers = left.length < keys.length ? 0 : emptyAnswers + 1;
    keys = left;
    if (emptyAnswers === EMPTY_ANSWERS) {
      throw new StoreError(
        "unavailable",
        `table "${name}" is too busy to read ${keys.length} items`,
      );
    }
    // Of random length, so that those who wait do not all come back at once.
    if (emptyAnswers > 0) await pause(Math.random() * FIRST_WAIT_MS * 2 ** emptyAnswers, signal);
  }
  return items;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}
