import type { InstanceGlob } from "../digest/instance-glob.ts";
import type { InstanceName } from "../digest/instance-name.ts";
import type { Span } from "../telemetry/tracing/span.ts";

/** What somebody may do. Each alone: who may store blobs need not be trusted with what builds take for the results of actions. */
export type Right =
  | "cas-read"
  | "cas-write"
  | "find-missing"
  | "ac-read"
  | "ac-write"
  | "asset"
  | "admin";

export const readRights: ReadonlySet<Right> = new Set(["cas-read", "find-missing", "ac-read"]);
export const writeRights: ReadonlySet<Right> = new Set(["cas-write", "find-missing", "ac-write"]);

/** Where data are kept apart from others'. */
export interface Namespace {
  /** That of the action results. */
  readonly instanceName: InstanceName;
  /** Whose blobs are also its own, where instances share them; its own alone if left out. */
  readonly blobScope?: InstanceName;
}

/** What somebody may do in one instance, and where it finds what that one lacks. */
export interface Standing {
  readonly rights: ReadonlySet<Right>;
  readonly blobScope?: InstanceName;
  /** The instances above this one that the caller may read as well, the nearest first. */
  readonly inherits: readonly Namespace[];
}

/** What one principal may take of the cache, whatever its rights are. */
export interface Allowance {
  /** Requests per second, on average; as many may come at once as come in ten seconds. */
  readonly requestsPerSecond?: number;
  /** Bytes of blobs uploaded per second, on average; as many may come at once as come in a minute. */
  readonly uploadBytesPerSecond?: number;
  /** Of the largest blob that it may upload. */
  readonly maxBlobBytes?: number;
}

/** On whose behalf a call is made. */
export interface Principal {
  /** A stable name for logs and provenance. */
  readonly subject: string;
  readonly allowance: Allowance;
  standingIn(instanceName: InstanceName): Standing;
  /** Whether it has a right in every instance of a glob, those included that there may be one day. */
  hasThroughout(right: Right, instances: InstanceGlob): boolean;
}

/** Who may do nothing. */
export function powerless(subject: string): Principal {
  return {
    subject,
    allowance: {},
    standingIn: () => ({ rights: new Set(), inherits: [] }),
    hasThroughout: () => false,
  };
}

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

/** Where an entry is kept. */
export type Store = "cas" | "ac";

/** What somebody wants of entries: to know whether they are there, to have them, or to have them kept. */
export type Verb = "find" | "get" | "put";

/** An entry as a log names it: HTTP caches know no size. */
export interface Noted {
  readonly hash: string;
  readonly sizeBytes?: number | undefined;
}

/** What services note of a call while they serve it, for logs, metrics, statistics and traces. */
export interface CallNotes {
  /** That of the request, where it is traced. */
  readonly span?: Span | undefined;
  /** What it is about; of several, the first. */
  about(digest: Noted): void;
  /** Entries that were asked for, or brought: how many of them were there, and how many were not. */
  looked(store: Store, verb: Verb, hits: number, misses: number): void;
  /** Bytes of entries that the client is given, or has brought. */
  moved(bytes: number): void;
}

/** What every service and store method receives last: for whom, where, and until when. */
export interface Call extends Namespace {
  /** Aborts when the client is gone, the deadline has passed or the server stops. */
  readonly signal: AbortSignal;
  /** When the caller stops waiting, in milliseconds since the epoch, for backends that are to know. */
  readonly deadlineMs?: number;
  /** Where it reads what is not in its own namespace; nowhere if left out. */
  readonly inherits?: readonly Namespace[];
  readonly principal: Principal;
  /** Decoded when somebody asks, which few calls do; left out where a protocol does not tell. */
  readonly client?: () => Client | undefined;
  /** Left out where nobody wants to know. */
  readonly notes?: CallNotes | undefined;
}

/** The name under which a call's blobs are kept, and the lists of their chunks. */
export function blobScopeOf({ blobScope, instanceName }: Namespace): InstanceName {
  return blobScope ?? instanceName;
}
