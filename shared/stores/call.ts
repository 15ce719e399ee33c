import type { InstanceName } from "../digest/instance-name.ts";

/** What somebody may do. Each alone: who may store blobs need not be trusted with what builds take for the results of actions. */
export type Right = "cas-read" | "cas-write" | "ac-read" | "ac-write";

export const readRights: ReadonlySet<Right> = new Set(["cas-read", "ac-read"]);
export const allRights: ReadonlySet<Right> = new Set([...readRights, "cas-write", "ac-write"]);

/** On whose behalf a call is made. */
export interface Principal {
  /** A stable name for logs and provenance. */
  readonly subject: string;
  readonly rights: ReadonlySet<Right>;
}

/** Whoever comes to a cache that is open to everybody. */
export const anonymous: Principal = { subject: "anonymous", rights: allRights };

/** What made a call, as it says of itself: for logs and provenance, and never a reason to let it do something. */
export interface Client {
  readonly toolName?: string;
  readonly toolVersion?: string;
  /** One run of the tool, such as one build. */
  readonly invocationId?: string;
  readonly actionId?: string;
  readonly mnemonic?: string;
  readonly target?: string;
}

/** What every service and store method receives last: for whom, where, and until when. */
export interface Call {
  /** Aborts when the client is gone, the deadline has passed or the server stops. */
  readonly signal: AbortSignal;
  /** When the caller stops waiting, in milliseconds since the epoch, for backends that are to know. */
  readonly deadlineMs?: number;
  /** The namespace of the data: blobs and action results of one instance are not visible in another. */
  readonly instanceName: InstanceName;
  readonly principal: Principal;
  /** Decoded when somebody asks, which few calls do; left out where a protocol does not tell. */
  readonly client?: () => Client | undefined;
}
