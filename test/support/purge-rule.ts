import { everyInstance } from "../../shared/digest/instance-glob.ts";
import type { PurgeRule } from "../../shared/stores/purge-rule.ts";

/** A purge as good as any other: of everything. */
export const purgeRule: PurgeRule = {
  id: "00000001",
  madeMs: 1_767_225_600_123,
  madeBy: "an admin",
  beforeMs: 1_767_225_600_124,
  instances: everyInstance,
};
