import { d1 } from "./d1.ts";
import { dynamoDb } from "./dynamo-db.ts";
import type { BucketBilling, Platform, ServiceBilling } from "./platform.ts";

/** Assumed: most requests wait for the table and compute little; blobs stream through. */
const WORKER_CPU_MS = 5;
/** Assumed, with 512 MB: the table answers in a few milliseconds, an object in a few dozen. */
const LAMBDA_SECONDS = 0.025;
const LAMBDA_GB = 0.5;

const HOURS = 730;
/** Two replicas in two zones, each with one vCPU and 2 GB. */
const REPLICAS = 2;
const REPLICA_GB = 2;

const r2: BucketBilling = {
  put: "r2ClassA",
  get: "r2ClassB",
  list: "r2ClassA",
  storage: "r2GbMonths",
};

const s3: BucketBilling = {
  put: "s3Puts",
  get: "s3Gets",
  list: "s3Puts",
  storage: "s3GbMonths",
};

const workers: ServiceBilling = {
  month: (requests) => ({
    workersPlan: 1,
    workersRequests: requests,
    workersCpuMs: requests * WORKER_CPU_MS,
  }),
};

export const lambda: ServiceBilling = {
  month: (requests) => ({
    lambdaRequests: requests,
    lambdaGbSeconds: requests * LAMBDA_SECONDS * LAMBDA_GB,
  }),
  egress: "egressGb",
};

/** The Node server behind a load balancer, which counts a gigabyte as a unit-hour: no charge by request. */
const fargate: ServiceBilling = {
  month: (_requests, gigabytes) => ({
    fargateVcpuHours: REPLICAS * HOURS,
    fargateGbHours: REPLICAS * REPLICA_GB * HOURS,
    albHours: HOURS,
    albLcuHours: gigabytes,
  }),
  egress: "egressGb",
};

export const cloudflare: Platform = { table: d1, bucket: r2, service: workers };
export const aws: Platform = { table: dynamoDb, bucket: s3, service: lambda };
export const awsReplicas: Platform = { ...aws, service: fargate };
