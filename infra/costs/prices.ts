import type { SourceId } from "./sources.ts";

/** The parts of a bill. */
export type Part = "requests" | "index" | "objects" | "storage" | "egress";

/** What a provider bills by the unit. AWS prices are those of us-east-1; taxes and discounts are left out. */
export interface Price {
  readonly service: string;
  readonly unit: string;
  readonly part: Part;
  readonly usd: number;
  /** How many units that buys. */
  readonly per: number;
  /** Units in each month that cost nothing, once for the whole account. */
  readonly free: number;
  /** Whether the units are rounded up to whole lots of `per`. */
  readonly wholeLots?: true;
  readonly source: SourceId;
}

export type PriceId =
  | "albHours"
  | "albLcuHours"
  | "d1GbMonths"
  | "d1RowsRead"
  | "d1RowsWritten"
  | "dynamoDbGbMonths"
  | "dynamoDbReads"
  | "dynamoDbWrites"
  | "egressGb"
  | "fargateGbHours"
  | "fargateVcpuHours"
  | "lambdaGbSeconds"
  | "lambdaRequests"
  | "r2ClassA"
  | "r2ClassB"
  | "r2GbMonths"
  | "s3GbMonths"
  | "s3Gets"
  | "s3Puts"
  | "workersCpuMs"
  | "workersPlan"
  | "workersRequests";

const MILLION = 1_000_000;
const BILLION = 1000 * MILLION;

const workers = { service: "Workers", part: "requests", source: "workersPricing" } as const;
const d1 = { service: "D1", part: "index", source: "d1Pricing" } as const;
const r2 = { service: "R2", part: "objects", wholeLots: true, source: "r2Pricing" } as const;
const lambda = { service: "Lambda, arm64", part: "requests", source: "lambdaList" } as const;
const dynamoDb = { service: "DynamoDB", part: "index", source: "dynamoDbList" } as const;
const s3 = { service: "S3", part: "objects", free: 0, source: "s3List" } as const;
const fargate = { service: "Fargate, arm64", part: "requests", per: 1, free: 0 } as const;
const alb = { service: "load balancer", part: "requests", per: 1, free: 0 } as const;

export const prices: Readonly<Record<PriceId, Price>> = {
  workersPlan: { ...workers, unit: "months of the Paid plan", usd: 5, per: 1, free: 0 },
  workersRequests: { ...workers, unit: "requests", usd: 0.3, per: MILLION, free: 10 * MILLION },
  workersCpuMs: {
    ...workers,
    unit: "CPU-milliseconds",
    usd: 0.02,
    per: MILLION,
    free: 30 * MILLION,
  },
  d1RowsRead: { ...d1, unit: "rows read", usd: 0.001, per: MILLION, free: 25 * BILLION },
  d1RowsWritten: { ...d1, unit: "rows written", usd: 1, per: MILLION, free: 50 * MILLION },
  d1GbMonths: { ...d1, unit: "GB-months", part: "storage", usd: 0.75, per: 1, free: 5 },
  r2ClassA: { ...r2, unit: "class A operations", usd: 4.5, per: MILLION, free: MILLION },
  r2ClassB: { ...r2, unit: "class B operations", usd: 0.36, per: MILLION, free: 10 * MILLION },
  r2GbMonths: { ...r2, unit: "GB-months", part: "storage", usd: 0.015, per: 1, free: 10 },
  lambdaRequests: { ...lambda, unit: "requests", usd: 0.2, per: MILLION, free: MILLION },
  lambdaGbSeconds: { ...lambda, unit: "GB-seconds", usd: 13.3334, per: MILLION, free: 400_000 },
  dynamoDbReads: { ...dynamoDb, unit: "read request units", usd: 0.125, per: MILLION, free: 0 },
  dynamoDbWrites: { ...dynamoDb, unit: "write request units", usd: 0.625, per: MILLION, free: 0 },
  dynamoDbGbMonths: {
    ...dynamoDb,
    unit: "GB-months",
    part: "storage",
    usd: 0.25,
    per: 1,
    free: 25,
  },
  s3Puts: { ...s3, unit: "PUT, COPY and LIST requests", usd: 5, per: MILLION },
  s3Gets: { ...s3, unit: "GET and HEAD requests", usd: 0.4, per: MILLION },
  s3GbMonths: { ...s3, unit: "GB-months", part: "storage", usd: 0.023, per: 1 },
  egressGb: {
    service: "internet egress",
    unit: "GB",
    part: "egress",
    usd: 0.09,
    per: 1,
    free: 100,
    source: "dataTransferList",
  },
  fargateVcpuHours: { ...fargate, unit: "vCPU-hours", usd: 0.03238, source: "fargateList" },
  fargateGbHours: { ...fargate, unit: "GB-hours", usd: 0.00356, source: "fargateList" },
  albHours: { ...alb, unit: "hours", usd: 0.0225, source: "albPricing" },
  albLcuHours: { ...alb, unit: "LCU-hours", usd: 0.008, source: "albPricing" },
};
