import { create, fromJsonString, type MessageInitShape, toJsonString } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { everyInstance, formatGlob, parseGlob } from "../digest/instance-glob.ts";
import {
  type PurgeRule as PurgeRuleMessage,
  PurgeRuleSchema,
} from "../proto/gen/hayloft/v1/admin_pb.ts";
import { quote } from "../request-error.ts";
import type { PurgeRule } from "./purge-rule.ts";
import { StoreError } from "./store-error.ts";

/** A rule as the protocol has it. */
export function messageOfRule(rule: PurgeRule): MessageInitShape<typeof PurgeRuleSchema> {
  const { id, madeMs, madeBy, beforeMs, instances, subject, actionHash } = rule;
  return {
    id,
    made: timestampFromMs(madeMs),
    madeBy,
    before: timestampFromMs(beforeMs),
    ...(instances.top === undefined ? {} : { instances: formatGlob(instances) }),
    ...(subject === undefined ? {} : { subject }),
    ...(actionHash === undefined ? {} : { actionHash }),
  };
}

/** A rule as stores keep it: a line that a person can read, to which later versions may add. */
export function encodeRule(rule: PurgeRule): string {
  return toJsonString(PurgeRuleSchema, create(PurgeRuleSchema, messageOfRule(rule)));
}

/** Throws a `StoreError` where it is none. */
export function decodeRule(text: string): PurgeRule {
  try {
    return ruleOf(fromJsonString(PurgeRuleSchema, text, { ignoreUnknownFields: true }));
  } catch (cause) {
    throw new StoreError(
      "corrupt",
      `${quote(text)} is no purge; something else writes to where they are kept: remove it there`,
      { cause },
    );
  }
}

function ruleOf(message: PurgeRuleMessage): PurgeRule {
  const { id, made, madeBy, before, instances, subject, actionHash } = message;
  if (id === "" || made === undefined || before === undefined) throw new Error("it is not whole");
  return {
    id,
    madeMs: timestampMs(made),
    madeBy,
    beforeMs: timestampMs(before),
    instances: instances === undefined ? everyInstance : parseGlob(instances),
    ...(subject === undefined ? {} : { subject }),
    ...(actionHash === undefined ? {} : { actionHash }),
  };
}
