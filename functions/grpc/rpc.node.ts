import type { DescMethod } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { CallContext } from "../handlers/call-context.ts";
import { giveBack } from "../../shared/bytes/memory-pool.ts";
import { mapAll, type Soon, type SoonAll, whenKnown } from "../../shared/soon.ts";
import type { Turns } from "../../shared/turns.ts";
import { holdingKey } from "../interceptors/holding.ts";
import { MalformedMessage } from "./codecs/wire-reader.node.ts";
import type { Pieces, StreamedMessage } from "./pieces.ts";

/** The bytes of one message, which are its reader's to keep. */
export type MessageBytes = Buffer<ArrayBuffer>;

/** An RPC of one message and one answer. */
export interface UnaryRpc {
  readonly method: DescMethod;
  readonly kind: "unary";
  answer(message: MessageBytes, context: CallContext): Soon<Pieces>;
}

/** An RPC from the bytes of its messages to those of its answers. */
export type Rpc =
  | UnaryRpc
  | {
      readonly method: DescMethod;
      readonly kind: "server-streaming";
      answers(message: MessageBytes, context: CallContext): Soon<SoonAll<StreamedMessage>>;
    }
  | {
      readonly method: DescMethod;
      readonly kind: "client-streaming";
      answer(messages: AsyncIterable<MessageBytes>, context: CallContext): Promise<Pieces>;
    };

interface Codec<Request, Answer> {
  /** If what it gives still looks at the bytes, it says so by `lendAs`: the memory of others is used again. */
  readonly decode: (bytes: MessageBytes) => Request;
  readonly encode: (answer: Answer) => Pieces;
}

export function unary<Request, Answer>(
  method: DescMethod,
  { decode, encode }: Codec<Request, Answer>,
  handle: (request: Request, context: CallContext) => Soon<Answer>,
): UnaryRpc {
  return {
    method,
    kind: "unary",
    answer: (message, context) => {
      const request = decoded(message, decode);
      giveBack(message);
      return whenKnown(handle(request, context), encode);
    },
  };
}

/** The same, whose messages wait as they came, undecoded, until it is the turn of their bytes. */
export function inTurns(rpc: UnaryRpc, turns: Turns): UnaryRpc {
  return {
    ...rpc,
    answer: async (message, context) => {
      using turn = await turns.take(context.signal, message.byteLength);
      context.values.get(holdingKey)?.isInTurn(turn);
      return await rpc.answer(message, context);
    },
  };
}

export function serverStreaming<Request, Answer extends { readonly sent?: () => void }>(
  method: DescMethod,
  { decode, encode }: Codec<Request, Answer>,
  handle: (request: Request, context: CallContext) => Soon<SoonAll<Answer>>,
): Rpc {
  const streamed = (answer: Answer): StreamedMessage => ({
    pieces: encode(answer),
    sent: answer.sent,
  });
  return {
    method,
    kind: "server-streaming",
    answers: (message, context) =>
      whenKnown(handle(decoded(message, decode), context), (answers) => mapAll(answers, streamed)),
  };
}

export function clientStreaming<Request, Answer>(
  method: DescMethod,
  { decode, encode }: Codec<Request, Answer>,
  handle: (requests: AsyncIterable<Request>, context: CallContext) => Answer | Promise<Answer>,
): Rpc {
  return {
    method,
    kind: "client-streaming",
    answer: async (messages, context) =>
      encode(await handle(allDecoded(messages, decode), context)),
  };
}

async function* allDecoded<Message>(
  messages: AsyncIterable<MessageBytes>,
  decode: (bytes: MessageBytes) => Message,
): AsyncGenerator<Message, void, undefined> {
  for await (const message of messages) yield decoded(message, decode);
}

function decoded<Message>(bytes: MessageBytes, decode: (bytes: MessageBytes) => Message): Message {
  try {
    return decode(bytes);
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error;
    throw new ConnectError(`parse binary: ${error.message}`, Code.Internal);
  }
}
