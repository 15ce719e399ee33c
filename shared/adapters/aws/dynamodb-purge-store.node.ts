import { type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { PurgeRule } from "../../stores/purge-rule.ts";
import { decodeRule, encodeRule } from "../../stores/purge-rule-message.ts";
import type { PurgeStore } from "../../stores/purge-store.ts";
import { AwsResource } from "./aws-resource.node.ts";
import { batchGet } from "./batch-get.node.ts";
import { keyOf, PURGES_KEY } from "./row-item.node.ts";

export interface DynamoPurgeStoreOptions {
  /** As `createDynamoClient` makes it. */
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** What the attributes are called that hold rules, with the rule's name behind it. */
const PREFIX = "rule-";

/** Purges in one item of the index's table, an attribute for each, so that it takes one read and no scan to know them all. */
export class DynamoPurgeStore implements PurgeStore {
  readonly isShared = true;
  readonly #table: AwsResource<DynamoDBClient>;

  constructor({ client, table }: DynamoPurgeStoreOptions) {
    this.#table = new AwsResource("table", table, client);
  }

  async list(signal: AbortSignal): Promise<readonly PurgeRule[]> {
    signal.throwIfAborted();
    const [item = {}] = await batchGet(this.#table, [PURGES_KEY], { consistent: true }, signal);
    return Object.entries(item)
      .filter(([name]) => name.startsWith(PREFIX))
      .map(([, { S: text = "" }]) => decodeRule(text));
  }

  async add(rule: PurgeRule, signal: AbortSignal): Promise<void> {
    await this.#update(
      {
        UpdateExpression: "SET #rule = :rule",
        ExpressionAttributeNames: { "#rule": `${PREFIX}${rule.id}` },
        ExpressionAttributeValues: { ":rule": { S: encodeRule(rule) } },
      },
      signal,
    );
  }

  async remove(id: string, signal: AbortSignal): Promise<void> {
    await this.#update(
      {
        UpdateExpression: "REMOVE #rule",
        ExpressionAttributeNames: { "#rule": `${PREFIX}${id}` },
      },
      signal,
    );
  }

  async #update(
    change: Omit<UpdateItemCommand["input"], "TableName" | "Key">,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, name: TableName } = this.#table;
    const command = new UpdateItemCommand({ TableName, Key: keyOf(PURGES_KEY), ...change });
    await this.#table.attempt("dynamodb:UpdateItem", signal, async () => {
      await client.send(command, { abortSignal: signal });
    });
  }
}
