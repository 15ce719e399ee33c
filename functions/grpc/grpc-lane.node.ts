import { ChurningSet } from "../../shared/churning-set.ts";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import type { Peer } from "../access/caller.ts";
import { clientIsGone } from "../handlers/client-is-gone.ts";
import type { CallContext } from "../handlers/call-context.ts";
import { toConnectError } from "../handlers/status.ts";
import type { ServerStream } from "../http2/server-stream.node.ts";
import { holdingKey } from "../interceptors/holding.ts";
import type { RequestBudget } from "../interceptors/request-budget.ts";
import { rpcName } from "../telemetry/request-names.ts";
import { recordKey, type RequestWatch } from "../telemetry/request-watch.ts";
import { fail, send, sendAll } from "./answer.node.ts";
import { GrpcCall } from "./grpc-call.node.ts";
import { parseTimeout } from "./grpc-timeout.ts";
import { RequestMessages } from "./request-messages.node.ts";
import type { Rpc } from "./rpc.node.ts";

export interface GrpcLaneOptions {
  readonly rpcs: readonly Rpc[];
  /** Throws for calls that may not come in, before anything of them is read; at once, where it need not ask. */
  readonly gate: (call: CallContext) => void | Promise<void>;
  readonly budget: RequestBudget;
  readonly watch: RequestWatch;
  /** Ends every call that is still under way. */
  readonly shutdownSignal: AbortSignal;
}

/** Serves the RPCs that carry the load over native gRPC, with the handlers and the rules of all others. */
export class GrpcLane {
  readonly #rpcs: ReadonlyMap<string, Rpc>;
  readonly #options: GrpcLaneOptions;
  readonly #calls = new ChurningSet<GrpcCall>();

  constructor(options: GrpcLaneOptions) {
    this.#options = options;
    this.#rpcs = new Map(options.rpcs.map((rpc) => [pathOf(rpc), rpc]));
    options.shutdownSignal.addEventListener("abort", () => {
      for (const call of this.#calls) call.abort(options.shutdownSignal.reason);
    });
  }

  /** Whether it takes the stream, which `peer` has begun: what is out of the ordinary is for others. */
  take(stream: ServerStream, peer: Peer | undefined): boolean {
    const { headers } = stream;
    const rpc = this.#rpcs.get(headers.get(":path") ?? "");
    if (rpc === undefined || !isOrdinary(stream)) return false;
    const timeoutMs = parseTimeout(headers.get("grpc-timeout"));
    if (Number.isNaN(timeoutMs) || this.#options.shutdownSignal.aborted) return false;
    void this.#serve(rpc, stream, new GrpcCall(rpc.method, headers, timeoutMs, peer));
    return true;
  }

  async #serve(rpc: Rpc, stream: ServerStream, call: GrpcCall): Promise<void> {
    const leave = this.#calls.add(call);
    const { method, requestHeader: header } = call;
    const record = this.#options.watch.begin({
      protocol: "grpc",
      rpc: rpcName(method),
      header,
      method,
    });
    call.values.set(recordKey, record);
    const holding = this.#options.budget.hold(call.signal);
    call.values.set(holdingKey, holding);
    const messages = new RequestMessages(stream, holding);
    stream.receive({
      data: (bytes) => messages.data(bytes),
      end: () => messages.end(),
      close: (early) => {
        if (early) call.abort(clientIsGone());
        messages.close();
      },
    });
    call.waiting = messages;
    try {
      call.signal.throwIfAborted();
      const admitted = this.#options.gate(call);
      if (admitted !== undefined) await admitted;
      if (rpc.kind === "unary") {
        const answering = rpc.answer(await messages.only(rpc.kind), call);
        const answer = answering instanceof Promise ? await answering : answering;
        record.firstByte();
        if (!send(stream, answer)) await stream.drained();
      } else if (rpc.kind === "server-streaming") {
        const answering = rpc.answers(await messages.only(rpc.kind), call);
        const answers = answering instanceof Promise ? await answering : answering;
        await sendAll(stream, answers, call, () => record.firstByte());
      } else {
        const answer = await rpc.answer(messages, call);
        record.firstByte();
        if (!send(stream, answer)) await stream.drained();
      }
    } catch (error) {
      const reason: unknown = call.signal.aborted ? call.signal.reason : error;
      record.fail(reason);
      if (!stream.isClosed) record.firstByte();
      failStream(stream, reason);
    } finally {
      record.end();
      call.end();
      // What still comes in must not be counted: nobody would release it.
      messages.drop();
      holding.release();
      leave();
    }
  }
}

function failStream(stream: ServerStream, error: unknown): void {
  if (stream.isClosed) return;
  const trailers = new Headers();
  setTrailerStatus(trailers, toConnectError(error));
  fail(stream, trailers);
}

function pathOf({ method }: Rpc): string {
  return `/${method.parent.typeName}/${method.name}`;
}

function isOrdinary({ headers }: ServerStream): boolean {
  const type = headers.get("content-type");
  const encoding = headers.get("grpc-encoding");
  return (
    headers.get(":method") === "POST" &&
    (type === "application/grpc" || type === "application/grpc+proto") &&
    (encoding === undefined || encoding === "identity")
  );
}
