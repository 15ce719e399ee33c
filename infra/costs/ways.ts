import { indexedMonth } from "./indexed-store.ts";
import { plainS3Month } from "./plain-s3.ts";
import { aws, awsReplicas, cloudflare } from "./platforms.ts";
import type { Usage } from "./usage.ts";
import type { Workload } from "./workload.ts";

/** One way to run a cache for a team. */
export interface Way {
  readonly name: string;
  readonly month: (workload: Workload, inlineBytes: number) => Usage;
}

export const cloudflareWay: Way = {
  name: "Cloudflare",
  month: (workload, inlineBytes) => indexedMonth(cloudflare, workload, inlineBytes),
};

export const awsWay: Way = {
  name: "AWS, Lambda",
  month: (workload, inlineBytes) => indexedMonth(aws, workload, inlineBytes),
};

export const awsReplicasWay: Way = {
  name: "AWS, Fargate",
  month: (workload, inlineBytes) => indexedMonth(awsReplicas, workload, inlineBytes),
};

export const touchedWay: Way = {
  name: "S3 alone, touched",
  month: (workload) => plainS3Month(workload, "touched"),
};

const untouchedWay: Way = {
  name: "S3 alone, not touched",
  month: (workload) => plainS3Month(workload, "not touched"),
};

export const ways: readonly Way[] = [
  cloudflareWay,
  awsWay,
  awsReplicasWay,
  touchedWay,
  untouchedWay,
];
