import type { Message } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import {
  type BatchReadBlobsResponse,
  BatchReadBlobsResponseSchema,
  type BatchUpdateBlobsResponse,
  BatchUpdateBlobsResponseSchema,
} from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import type { RawOutcome } from "./raw-calls.node.ts";

/** How calls with strange messages may end: never as if the server were at fault, or worth another try. */
const expected: ReadonlySet<number> = new Set([
  Code.InvalidArgument,
  Code.NotFound,
  Code.AlreadyExists,
  Code.OutOfRange,
  Code.FailedPrecondition,
  Code.Unimplemented,
]);

/** A value that is quoted is cut at 120 characters, each of which may take six. */
const MAX_LENGTH = 1000;

/** What is wrong with how a call ended, if anything is. */
export function faultIn({ answers, error }: RawOutcome, isMessage: boolean): string | undefined {
  for (const status of answers.flatMap(statusesIn)) {
    const fault = faultOf(status.code, status.message);
    if (fault !== undefined) return `an entry with ${fault}`;
  }
  if (error === undefined) return isMessage ? undefined : "an answer to what is no message";
  // What the library says of what is no message: INTERNAL for bytes, and with the value in full for JSON.
  if (!isMessage && /^(?:parse binary: |cannot decode )/.test(error.rawMessage)) return undefined;
  return faultOf(error.code, error.rawMessage);
}

function faultOf(code: number, message: string): string | undefined {
  if (code === 0) return undefined;
  const words = `${Code[code]}: ${JSON.stringify(message)}`;
  if (!expected.has(code)) return words;
  return /[\n\r\0]/.test(message) || message.length > MAX_LENGTH
    ? `more than a line, ${words}`
    : undefined;
}

/** What became of the entries of a batch. */
function statusesIn(answer: Message): readonly { code: number; message: string }[] {
  if (!isBatch(answer)) return [];
  return answer.responses.map(
    ({ status }) => status ?? { code: Code.Unknown, message: "no status" },
  );
}

function isBatch(answer: Message): answer is BatchReadBlobsResponse | BatchUpdateBlobsResponse {
  const { $typeName } = answer;
  return (
    $typeName === BatchReadBlobsResponseSchema.typeName ||
    $typeName === BatchUpdateBlobsResponseSchema.typeName
  );
}
