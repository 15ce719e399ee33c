import { fromBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema } from "../../shared/proto/gen/google/rpc/error_details_pb.ts";
import type { Status } from "../../shared/proto/gen/google/rpc/status_pb.ts";

/** How a call ended, by the name of its code: a failed test should say more than a number. */
export type Outcome = "OK" | keyof typeof Code;

/** How a unary or client-streaming call ends. */
export async function outcome(call: Promise<unknown>): Promise<Outcome> {
  const error = await failure(call);
  return error === undefined ? "OK" : nameOf(error.code);
}

/** How a server-streaming call ends. */
export async function streamOutcome(call: AsyncIterable<unknown>): Promise<Outcome> {
  return await outcome(drain(call));
}

/** The error that a call ends with, if any. */
export async function failure(call: Promise<unknown>): Promise<ConnectError | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    return ConnectError.from(error);
  }
}

/** The fields that the error of a call finds fault with. */
export async function faultyFields(call: Promise<unknown>): Promise<readonly string[]> {
  const error = await failure(call);
  const details = error?.findDetails(BadRequestSchema) ?? [];
  return details.flatMap(({ fieldViolations }) => fieldViolations.map(({ field }) => field));
}

/** The outcome that one entry of a batch carries: without a status, it went well. */
export function entryOutcome({ status }: { readonly status?: Status | undefined }): Outcome {
  return status === undefined || status.code === 0 ? "OK" : nameOf(status.code);
}

/** How a batch ends for one of its entries: as that does, or as the whole batch if it fails. */
export async function outcomeInBatch(
  batch: Promise<{ readonly responses: readonly { readonly status?: Status | undefined }[] }>,
  index: number,
): Promise<Outcome> {
  const whole = await outcome(batch);
  if (whole !== "OK") return whole;
  const entry = (await batch).responses[index];
  if (entry === undefined) throw new Error(`a batch has no answer for its entry ${index}`);
  return entryOutcome(entry);
}

/** The fields that one entry of a batch finds fault with. */
export function entryFaultyFields({ status }: { readonly status?: Status | undefined }): string[] {
  const details = (status?.details ?? [])
    .filter(({ typeUrl }) => typeUrl === `type.googleapis.com/${BadRequestSchema.typeName}`)
    .map(({ value }) => fromBinary(BadRequestSchema, value));
  return details.flatMap(({ fieldViolations }) => fieldViolations.map(({ field }) => field));
}

export async function drain<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const messages: T[] = [];
  for await (const message of stream) messages.push(message);
  return messages;
}

function nameOf(code: number): keyof typeof Code {
  const name = Code[code];
  if (name === undefined) throw new Error(`${code} is not a gRPC code`);
  return name as keyof typeof Code;
}
