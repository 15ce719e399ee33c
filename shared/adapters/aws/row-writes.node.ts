import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { FullRow, Row } from "../../stores/indexed/blob-index.ts";
import type { RowKey } from "../../stores/indexed/row-key.ts";
import type { AwsResource } from "./aws-resource.node.ts";
import type { ItemLife } from "./item-life.ts";
import { type Item, itemOf, keyOf, numberOf, rowOf } from "./row-item.node.ts";

/** Writes of single rows, each with what has to hold for it to be done. */
export class RowWrites {
  readonly #table: AwsResource<DynamoDBClient>;
  readonly #life: ItemLife;

  constructor(table: AwsResource<DynamoDBClient>, life: ItemLife) {
    this.#table = table;
    this.#life = life;
  }

  /** Puts a row in place, whatever is there. */
  async put(row: FullRow, signal: AbortSignal): Promise<void> {
    const { client, name: TableName } = this.#table;
    const command = new PutItemCommand({ TableName, Item: this.#itemOf(row) });
    await this.#table.attempt("dynamodb:PutItem", signal, async () => {
      await client.send(command, { abortSignal: signal });
    });
  }

  /** Puts a row in place where there is none. Whether it did. */
  async putFirst(row: FullRow, signal: AbortSignal): Promise<boolean> {
    const { client, name: TableName } = this.#table;
    const command = new PutItemCommand({
      TableName,
      Item: this.#itemOf(row),
      ConditionExpression: "attribute_not_exists(pk) OR expires <= :gone",
      ExpressionAttributeValues: { ":gone": numberOf(this.#life.goneUntil()) },
    });
    const done = await this.#ifTrue(
      "dynamodb:PutItem",
      signal,
      async () => await client.send(command, { abortSignal: signal }),
    );
    return done !== undefined;
  }

  /** Extends the lease of this row, if it is still in place and its lease is shorter. Whether it did. */
  async extend({ key, upload }: Row, untilMs: number, signal: AbortSignal): Promise<boolean> {
    const { client } = this.#table;
    const extension = this.#extension(key, untilMs);
    const command = new UpdateItemCommand({
      ...extension,
      ConditionExpression: `upload = :upload AND ${extension.ConditionExpression}`,
      ExpressionAttributeValues: {
        ...extension.ExpressionAttributeValues,
        ":upload": { S: upload },
      },
    });
    const done = await this.#ifTrue(
      "dynamodb:UpdateItem",
      signal,
      async () => await client.send(command, { abortSignal: signal }),
    );
    return done !== undefined;
  }

  /**
   * Extends the lease of whatever row is in place, if it stands alone and its lease is shorter. The row then; `undefined` where nothing
   * was done.
   */
  async extendAny(key: RowKey, untilMs: number, signal: AbortSignal): Promise<Row | undefined> {
    const { client } = this.#table;
    const extension = this.#extension(key, untilMs);
    const command = new UpdateItemCommand({
      ...extension,
      ConditionExpression: `alone = :alone AND ${extension.ConditionExpression}`,
      ExpressionAttributeValues: {
        ...extension.ExpressionAttributeValues,
        ":alone": { BOOL: true },
      },
      ReturnValues: "ALL_NEW",
    });
    const done = await this.#ifTrue(
      "dynamodb:UpdateItem",
      signal,
      async () => await client.send(command, { abortSignal: signal }),
    );
    return done?.Attributes && rowOf(done.Attributes);
  }

  /** Removes a row whose upload and lease are still as given. Whether it did. */
  async remove({ key, upload, leaseEndsMs }: Row, signal: AbortSignal): Promise<boolean> {
    const { client, name: TableName } = this.#table;
    const command = new DeleteItemCommand({
      TableName,
      Key: keyOf(key),
      ConditionExpression: "upload = :upload AND lease = :lease",
      ExpressionAttributeValues: { ":upload": { S: upload }, ":lease": numberOf(leaseEndsMs) },
    });
    const done = await this.#ifTrue(
      "dynamodb:DeleteItem",
      signal,
      async () => await client.send(command, { abortSignal: signal }),
    );
    return done !== undefined;
  }

  #itemOf(row: FullRow): Item {
    return itemOf(row, this.#life.endOf(row.leaseEndsMs));
  }

  #extension(key: RowKey, untilMs: number) {
    return {
      TableName: this.#table.name,
      Key: keyOf(key),
      UpdateExpression: "SET lease = :until, expires = :expires",
      // Neither holds where there is no row.
      ConditionExpression: "lease < :until AND expires > :gone",
      ExpressionAttributeValues: {
        ":until": numberOf(untilMs),
        ":expires": numberOf(this.#life.endOf(untilMs)),
        ":gone": numberOf(this.#life.goneUntil()),
      },
    };
  }

  /** What a conditional write gives; `undefined` where its condition does not hold. */
  async #ifTrue<T>(
    action: string,
    signal: AbortSignal,
    write: () => Promise<T>,
  ): Promise<T | undefined> {
    return await this.#table.attempt(action, signal, async () => {
      try {
        return await write();
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return undefined;
        throw error;
      }
    });
  }
}
