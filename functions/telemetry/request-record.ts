import { elapsedMs } from "../../shared/clock.ts";
import type { DescMethod } from "@bufbuild/protobuf";
import type { Code } from "@connectrpc/connect";
import type { InstanceName } from "../../shared/digest/instance-name.ts";
import type { CallNotes, Client, Noted, Principal, Store, Verb } from "../../shared/stores/call.ts";
import type { Span } from "../../shared/telemetry/tracing/span.ts";
import type { RequestHeader } from "../handlers/call-context.ts";
import { clientOf, httpClientOf } from "../handlers/request-metadata.ts";
import { toConnectError } from "../handlers/status.ts";

export type Protocol = "grpc" | "grpc-web" | "connect" | "http";

/** What came in. */
export interface Asked {
  readonly protocol: Protocol;
  /** `Service/Method`, or for HTTP its verb and what it names, as `GET cas`: one of few. */
  readonly rpc: string;
  readonly header: RequestHeader;
  /** That of an RPC. */
  readonly method?: DescMethod | undefined;
}

/** What becomes known of one request while it is served. Times are those of `elapsedMs`. */
export class RequestRecord implements CallNotes {
  readonly asked: Asked;
  readonly span: Span | undefined;
  readonly startMs: number = elapsedMs();
  firstByteMs: number | undefined;
  endMs: number | undefined;
  /** The HTTP status of its answer; native gRPC over the lane has none to tell. */
  status: number | undefined;
  /** How it failed; `undefined` is well. */
  code: Code | undefined;
  error: unknown;
  /** Entries of a batch that failed alone. */
  readonly entryErrors: unknown[] = [];
  instanceName: InstanceName | undefined;
  principal: Principal | undefined;
  /** What it is about; of several, the first. */
  digest: Noted | undefined;
  store: Store | undefined;
  verb: Verb | undefined;
  hits = 0;
  misses = 0;
  /** Of entries, before any compression. */
  bytes = 0;
  readonly #ended: (record: RequestRecord) => void;
  /** `null` until somebody asks. */
  #client: Client | undefined | null = null;

  constructor(asked: Asked, ended: (record: RequestRecord) => void, span?: Span) {
    this.asked = asked;
    this.span = span;
    this.#ended = ended;
  }

  /** What made the request, as it says of itself: decoded once, for all who want to know. */
  get client(): Client | undefined {
    if (this.#client === null) {
      const { protocol, header } = this.asked;
      this.#client = protocol === "http" ? httpClientOf(header) : clientOf(header);
    }
    return this.#client;
  }

  about(digest: Noted): void {
    this.digest ??= digest;
  }

  looked(store: Store, verb: Verb, hits: number, misses: number): void {
    this.store = store;
    this.verb = verb;
    this.hits += hits;
    this.misses += misses;
  }

  moved(bytes: number): void {
    this.bytes += bytes;
  }

  /** How it fails: the first reason counts. */
  fail(error: unknown): void {
    if (this.code !== undefined) return;
    this.error = error;
    this.code = toConnectError(error).code;
  }

  firstByte(): void {
    this.firstByteMs ??= elapsedMs();
  }

  /** Its answer is complete, or never will be. */
  end(): void {
    if (this.endMs !== undefined) return;
    this.endMs = elapsedMs();
    this.#ended(this);
  }
}
