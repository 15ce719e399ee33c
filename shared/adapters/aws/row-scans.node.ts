import { type DynamoDBClient, ScanCommand, type ScanCommandInput } from "@aws-sdk/client-dynamodb";
import type { LeaseSpan, Row } from "../../stores/indexed/blob-index.ts";
import { LeaseSpans } from "../../stores/indexed/lease-spans.ts";
import type { AwsResource } from "./aws-resource.node.ts";
import { bareAttributes, type Item, keyOf, numberOf, rowOf } from "./row-item.node.ts";

/** What sweeps alone do, and no request: read the whole table. */
export class RowScans {
  readonly #table: AwsResource<DynamoDBClient>;
  /** Where the last search for ended leases broke off. The next one goes on there, and does not pay for the same items again. */
  #searchedTo: Item | undefined;

  constructor(table: AwsResource<DynamoDBClient>) {
    this.#table = table;
  }

  /** Up to `limit` rows whose leases ended before, in no order. */
  async expired(
    endedBeforeMs: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly Row[]> {
    const begunAt = this.#searchedTo;
    const rows: Row[] = [];
    const search = {
      ProjectionExpression: bareAttributes,
      FilterExpression: "lease < :ended",
      ExpressionAttributeValues: { ":ended": numberOf(endedBeforeMs) },
      ExclusiveStartKey: begunAt,
    };
    for await (const items of this.#pages(search, signal)) {
      for (const row of items.map(rowOf)) {
        rows.push(row);
        if (rows.length < limit) continue;
        this.#searchedTo = keyOf(row.key);
        return rows;
      }
    }
    this.#searchedTo = undefined;
    if (rows.length > 0 || begunAt === undefined) return rows;
    // There may be some before the place where this began.
    return await this.expired(endedBeforeMs, limit, signal);
  }

  /** All rows, by the span in which their leases end, the earliest first. */
  async leases(spanMs: number, signal: AbortSignal): Promise<readonly LeaseSpan[]> {
    const spans = new LeaseSpans(spanMs);
    const all = {
      ProjectionExpression: bareAttributes,
      FilterExpression: "attribute_exists(lease)",
    };
    for await (const items of this.#pages(all, signal)) {
      for (const row of items.map(rowOf)) spans.add(row);
    }
    return spans.inOrder();
  }

  async *#pages(
    what: Omit<ScanCommandInput, "TableName">,
    signal: AbortSignal,
  ): AsyncGenerator<readonly Item[], void, undefined> {
    const { client, name: TableName } = this.#table;
    let { ExclusiveStartKey } = what;
    do {
      const command = new ScanCommand({ ...what, TableName, ExclusiveStartKey });
      const page = await this.#table.attempt(
        "dynamodb:Scan",
        signal,
        async () => await client.send(command, { abortSignal: signal }),
      );
      yield page.Items ?? [];
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
  }
}
