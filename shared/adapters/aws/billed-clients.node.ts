import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import { instruments } from "../../telemetry/instruments.ts";
import type { Meter } from "../../telemetry/meter.ts";

/** Counts the requests that a client sends to S3, each attempt, by what S3 calls them. */
export function billRequests(client: S3Client, meter: Meter): void {
  client.middlewareStack.add(
    (next, { commandName = "" }) => {
      const sent = meter.counter(instruments.billedOperations, "s3", operationOf(commandName));
      return async (args) => {
        sent.count += 1;
        return await next(args);
      };
    },
    // Behind what makes an attempt again.
    { step: "finalizeRequest", priority: "low", name: "billRequests" },
  );
}

/** Operations of DynamoDB that read. All others of ours write. */
const reading: ReadonlySet<string> = new Set(["BatchGetItem", "Scan"]);

/** Counts the units that DynamoDB says it has billed: it is silent about writes that a condition refused, and bills them. */
export function billUnits(client: DynamoDBClient, meter: Meter): void {
  const read = meter.counter(instruments.billedOperations, "dynamodb", "read_units");
  const written = meter.counter(instruments.billedOperations, "dynamodb", "write_units");
  client.middlewareStack.add(
    (next, { commandName = "" }) => {
      const units = reading.has(operationOf(commandName)) ? read : written;
      return async (args) => {
        const input = { ...args.input, ReturnConsumedCapacity: "TOTAL" };
        const answer = await next({ ...args, input });
        const { output } = answer;
        const consumed = "ConsumedCapacity" in output ? [output.ConsumedCapacity ?? []].flat() : [];
        for (const capacity of consumed) {
          if ("CapacityUnits" in capacity) units.count += capacity.CapacityUnits ?? 0;
        }
        return answer;
      };
    },
    { step: "initialize", name: "billUnits" },
  );
}

/** `PutObjectCommand` is `PutObject`. */
function operationOf(commandName: string): string {
  return commandName.replace(/Command$/, "");
}
