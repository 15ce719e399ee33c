/** Where a price was read. */
export interface Source {
  readonly name: string;
  readonly url: string;
  /** The day to which the figures are known to hold. */
  readonly date: string;
  /** How the figures reached this file: nothing here was read from a vendor's page as it is served today. */
  readonly read: string;
}

export type SourceId =
  | "albPricing"
  | "d1Pricing"
  | "dataTransferList"
  | "dynamoDbList"
  | "fargateList"
  | "lambdaList"
  | "r2Pricing"
  | "s3List"
  | "workersPricing";

const PRICE_LISTS = "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws";

export const sources: Readonly<Record<SourceId, Source>> = {
  workersPricing: {
    name: "Workers pricing",
    url: "https://developers.cloudflare.com/workers/platform/pricing/",
    date: "2026-08-11",
    read: "a stored copy of the page's own source; the date is that of the newest dated quotation with the same figures",
  },
  d1Pricing: {
    name: "D1 pricing",
    url: "https://developers.cloudflare.com/d1/platform/pricing/",
    date: "2026-08-11",
    read: "a stored copy of the page's own source; the date is that of the newest dated quotation with the same figures",
  },
  r2Pricing: {
    name: "R2 pricing",
    url: "https://developers.cloudflare.com/r2/pricing/",
    date: "2026-10-01",
    read: "a stored copy of the page's own source; the date is the page's own, as quoted by others on 2026-10-08",
  },
  lambdaList: {
    name: "AWS price list, Lambda",
    url: `${PRICE_LISTS}/AWSLambda/current/us-east-1/index.json`,
    date: "2026-09-19",
    read: "a quotation by others on 2026-09-29; the date is the list's own. What is free is the pricing page's",
  },
  dynamoDbList: {
    name: "AWS price list, DynamoDB",
    url: `${PRICE_LISTS}/AmazonDynamoDB/current/us-east-1/index.json`,
    date: "2026-09-11",
    read: "quotations by others on 2026-09-29, and of the pricing page on 2026-10-04; the date is the list's own",
  },
  s3List: {
    name: "AWS price list, S3",
    url: `${PRICE_LISTS}/AmazonS3/current/us-east-1/index.json`,
    date: "2026-09-28",
    read: "a quotation by others on 2026-10-08; the date is the list's own",
  },
  dataTransferList: {
    name: "AWS price list, data transfer",
    url: `${PRICE_LISTS}/AWSDataTransfer/current/us-east-1/index.json`,
    date: "2026-09-16",
    read: "a quotation by others on 2026-10-08; the date is the list's own. What is free is the S3 pricing page's",
  },
  fargateList: {
    name: "AWS price list, ECS",
    url: `${PRICE_LISTS}/AmazonECS/current/us-east-1/index.json`,
    date: "2026-09-11",
    read: "a quotation by others on 2026-10-09; the date is the list's own",
  },
  albPricing: {
    name: "Elastic Load Balancing pricing",
    url: "https://aws.amazon.com/elasticloadbalancing/pricing/",
    date: "2026-09-20",
    read: "a quotation of the page's examples by others on that day",
  },
};
