import type { Transport } from "@connectrpc/connect";
import type { Hands } from "./hands.ts";

export type Protocol = "grpc" | "connect" | "grpc-web";

export interface ConnectOptions {
  /** The largest response message that the client takes; gRPC libraries begin with 4 MiB. */
  readonly readMaxBytes?: number;
  /** Whether request messages travel compressed by gzip. */
  readonly gzip?: boolean;
  /** What every request says in `Authorization`. */
  readonly authorization?: string;
}

/** Tokens of a server that lets in only who shows one. */
export interface Credentials {
  /** Of somebody who may do everything. */
  readonly write: string;
  /** Of somebody who may read. */
  readonly read: string;
}

/** A connection of its own; disposing of it ends every call on it. */
export interface Connection extends Disposable {
  readonly transport: Transport;
}

/** The server under test, and the protocol that it is spoken to in. */
export interface Target {
  readonly baseUrl: string;
  readonly protocol: Protocol;
  /** Where its HTTP cache is; left out where it has none. */
  readonly httpUrl?: string;
  /** The one instance that it has, where it does not take any name. */
  readonly onlyInstance?: string;
  /** What every request has to say beside the protocol's own headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Checks that this deployment is known to fail, by number, each with the reason. They run, and must fail. */
  readonly knownGaps: ReadonlyMap<string, string>;
  /** Checks that ask something of this deployment that it cannot have, by number, each with the reason. They are skipped. */
  readonly notApplicable: ReadonlyMap<string, string>;
  /** Checks that leave out what its platform does not let it have, by number, each with the reason. */
  readonly partly: ReadonlyMap<string, string>;
  readonly credentials?: Credentials;
  readonly hands?: Hands;
  connect(options?: ConnectOptions): Connection;
}
