import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import { allDigestFunctions, digestFunctions } from "../../shared/digest/digest-function.ts";
import { formatDigest } from "../../shared/digest/digest.ts";
import { everyInstance, parseGlob } from "../../shared/digest/instance-glob.ts";
import type {
  Admin,
  DescribeActionResponse_ProvenanceSchema,
  PurgeRequest,
} from "../../shared/proto/gen/hayloft/v1/admin_pb.ts";
import { invalidArgument, quote, RequestError } from "../../shared/request-error.ts";
import type { PurgeWish } from "../../shared/services/purge-service.ts";
import { RequestDigests } from "../../shared/services/request-digests.ts";
import type { Services } from "../../shared/services/services.ts";
import type { Provenance } from "../../shared/stores/provenance.ts";
import { messageOfRule } from "../../shared/stores/purge-rule-message.ts";
import { principalOf } from "../interceptors/gate.ts";
import { callOf } from "./call-of.ts";
import { permitThroughout } from "./permit.ts";

/** For those who look after a cache: purges, and who wrote what. */
export function adminHandler({ functions, purges }: Services): ServiceImpl<typeof Admin> {
  return {
    purge: async (request, context) => {
      const principal = principalOf(context);
      const wish = wishOf(request);
      permitThroughout(principal, wish.instances, "admin");
      const { rule, replaced } = await purges.purge(wish, principal, context.signal);
      return { rule: messageOfRule(rule), replaced };
    },
    listPurges: async (_, context) => {
      const principal = principalOf(context);
      const rules = await purges.rules(context.signal);
      const own = rules.filter(({ instances }) => principal.hasThroughout("admin", instances));
      return { rules: own.map(messageOfRule) };
    },
    removePurge: async ({ id }, context) => {
      const rule = await purges.find(id, context.signal);
      permitThroughout(principalOf(context), rule.instances, "admin");
      await purges.remove(rule, context.signal);
      return {};
    },
    describeAction: async (request, context) => {
      const call = callOf(context, request.instanceName, "admin");
      const digests = new RequestDigests(functions, request.digestFunction);
      const action = digests.parse(request.actionDigest, "action_digest");
      const described = await purges.describe(action, call);
      if (described === undefined) {
        throw new RequestError("not-found", `no result of ${formatDigest(action)} is stored`);
      }
      const { entry, purgedBy } = described;
      const { provenance } = entry;
      return {
        resultSizeBytes: BigInt(entry.result.byteLength),
        ...(provenance === undefined ? {} : { provenance: messageOfProvenance(provenance) }),
        ...(purgedBy === undefined ? {} : { purgedBy: messageOfRule(purgedBy) }),
      };
    },
  };
}

/** Throws INVALID_ARGUMENT. */
function wishOf({ instances, subject, actionHash, before }: PurgeRequest): PurgeWish {
  if (subject === "") throw invalidArgument("subject", "is empty; leave it out for all");
  if (actionHash !== undefined && !isHash(actionHash)) {
    throw invalidArgument("action_hash", `${quote(actionHash)} is no hash of an action`);
  }
  return {
    instances: instances === undefined ? everyInstance : parseGlob(instances),
    ...(subject === undefined ? {} : { subject }),
    ...(actionHash === undefined ? {} : { actionHash }),
    ...(before === undefined ? {} : { beforeMs: timestampMs(before) }),
  };
}

const hashLengths = new Set(allDigestFunctions.map((name) => digestFunctions[name].hashLength));

function isHash(text: string): boolean {
  return hashLengths.has(text.length) && /^[0-9a-f]*$/.test(text);
}

function messageOfProvenance({
  subject,
  writtenMs,
  invocationId = "",
  toolName = "",
}: Provenance): MessageInitShape<typeof DescribeActionResponse_ProvenanceSchema> {
  return { subject, written: timestampFromMs(writtenMs), invocationId, toolName };
}
