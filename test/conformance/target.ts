import type { Transport } from "@connectrpc/connect";

export type Protocol = "grpc" | "connect" | "grpc-web";

export interface ConnectOptions {
  /** The largest response message that the client takes; gRPC libraries begin with 4 MiB. */
  readonly readMaxBytes?: number;
  /** Whether request messages travel compressed by gzip. */
  readonly gzip?: boolean;
}

/** A connection of its own; disposing of it ends every call on it. */
export interface Connection extends Disposable {
  readonly transport: Transport;
}

/** The server under test, and the protocol that it is spoken to in. */
export interface Target {
  readonly baseUrl: string;
  readonly protocol: Protocol;
  /** Checks that this deployment is known to fail, by number, each with the reason. They run, and must fail. */
  readonly knownGaps: ReadonlyMap<string, string>;
  /** Checks that ask something of this deployment that it cannot have, by number, each with the reason. They are skipped. */
  readonly notApplicable: ReadonlyMap<string, string>;
  connect(options?: ConnectOptions): Connection;
}
