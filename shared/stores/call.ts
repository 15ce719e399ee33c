import type { InstanceName } from "../digest/instance-name.ts";

/** On whose behalf a call is made. */
export interface Principal {
  /** A stable name for logs and provenance. */
  readonly subject: string;
}

export const anonymous: Principal = { subject: "anonymous" };

/** What every service and store method receives last: for whom, where, and until when. */
export interface Call {
  /** Aborts when the client is gone, the deadline has passed or the server stops. */
  readonly signal: AbortSignal;
  /** When the caller stops waiting, in milliseconds since the epoch, for backends that are to know. */
  readonly deadlineMs?: number;
  /** The namespace of the data: blobs and action results of one instance are not visible in another. */
  readonly instanceName: InstanceName;
  readonly principal: Principal;
}
