import { covers, includes, type InstanceGlob } from "../digest/instance-glob.ts";
import type { InstanceName } from "../digest/instance-name.ts";
import type { ActionEntry, ActionName } from "./action-store.ts";

/** Which action results are purged: those that were written before a time, and fit everything else that is named. */
export interface PurgeCondition {
  readonly beforeMs: number;
  readonly instances: InstanceGlob;
  /** Who wrote them. */
  readonly subject?: string;
  /** The hash of one action, whichever digest function made it. */
  readonly actionHash?: string;
}

/** A purge in force. */
export interface PurgeRule extends PurgeCondition {
  readonly id: string;
  readonly madeMs: number;
  /** The subject of who made it. */
  readonly madeBy: string;
}

/** Whether the entry of an action, in an instance, is purged. What nobody is known to have written is older than all else. */
export function isPurgedBy(
  { beforeMs, instances, subject, actionHash }: PurgeCondition,
  { provenance }: Pick<ActionEntry, "provenance">,
  { hash }: Pick<ActionName, "hash">,
  instanceName: InstanceName,
): boolean {
  if ((provenance?.writtenMs ?? 0) >= beforeMs) return false;
  if (subject !== undefined && subject !== provenance?.subject) return false;
  if (actionHash !== undefined && actionHash !== hash) return false;
  return covers(instances, instanceName);
}

/** Whether whatever one condition fits, the other fits as well. */
export function includesCondition(wide: PurgeCondition, narrow: PurgeCondition): boolean {
  if (wide.beforeMs < narrow.beforeMs) return false;
  if (wide.subject !== undefined && wide.subject !== narrow.subject) return false;
  if (wide.actionHash !== undefined && wide.actionHash !== narrow.actionHash) return false;
  return includes(wide.instances, narrow.instances);
}
