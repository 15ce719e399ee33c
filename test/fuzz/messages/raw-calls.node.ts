import {
  create,
  type DescMethodStreaming,
  type DescMethodUnary,
  type Message,
} from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import type { UniversalHandlerFn } from "@connectrpc/connect/protocol";
import { iterate } from "../../../shared/bytes/collect.ts";
import type { Protocol } from "../../conformance/target.ts";
import { drain } from "../../conformance/outcome.ts";
import { envelope } from "../../support/raw-grpc.node.ts";
import { clientOf, transportOver } from "../in-process.node.ts";

export type Method = DescMethodUnary | DescMethodStreaming;

/** How a message travels. */
export interface Way {
  readonly protocol: Protocol;
  readonly format: "binary" | "json";
}

/** What a call came to: messages, and the error that ended it, if any. */
export interface RawOutcome {
  readonly answers: readonly Message[];
  readonly error: ConnectError | undefined;
}

/** Calls a method with a message of just these bytes, whether they are one or not. */
export async function callWith(
  bytes: Uint8Array,
  method: Method,
  { protocol, format }: Way,
  routes: UniversalHandlerFn,
): Promise<RawOutcome> {
  const client = clientOf(routes);
  const isBare = protocol === "connect" && method.methodKind === "unary";
  const body = isBare ? bytes : envelope(bytes);
  // The library makes the request, but for its body.
  const transport = transportOver(
    async (request) => await client({ ...request, body: iterate([body]) }),
    protocol,
    format,
  );
  const unused = create(method.input);
  const answers: Message[] = [];
  try {
    if (method.methodKind === "unary") {
      const { message } = await transport.unary(method, undefined, undefined, undefined, unused);
      answers.push(message);
    } else {
      const { message } = await transport.stream(method, undefined, undefined, undefined, none());
      answers.push(...(await drain(message)));
    }
    return { answers, error: undefined };
  } catch (error) {
    return { answers, error: ConnectError.from(error) };
  }
}

async function* none(): AsyncGenerator<never, void, undefined> {}
