import { awsNotApplicable, awsPartly } from "./aws-differences.ts";
import {
  cloudflareKnownGaps,
  cloudflareNotApplicable,
  cloudflarePartly,
} from "./cloudflare-differences.ts";
import { nodeKnownGaps } from "./known-gaps.ts";
import type { Protocol } from "./target.ts";

/** Where Hayloft runs, and what it owes its clients there: whatever is not listed beside. */
export interface Shape {
  readonly name: string;
  readonly protocols: readonly Protocol[];
  /** Whether it is asked for tokens, too. */
  readonly isGuarded: boolean;
  /** Checks that it is known to fail, by number, each with the reason. They run, and must fail. */
  readonly knownGaps: ReadonlyMap<string, string>;
  /** Checks that ask for what it cannot have, by number, each with the reason. They do not run. */
  readonly notApplicable: ReadonlyMap<string, string>;
  /** Checks that leave out what it cannot have, by number, each with what that is. */
  readonly partly: ReadonlyMap<string, string>;
}

const NONE: ReadonlyMap<string, string> = new Map();

export const nodeShape: Shape = {
  name: "Node",
  protocols: ["grpc", "connect", "grpc-web"],
  isGuarded: true,
  knownGaps: nodeKnownGaps,
  notApplicable: NONE,
  partly: NONE,
};

/** One of many servers that share S3 and DynamoDB. The other protocols, and who may do what, are the same over every store. */
export const replicaShape: Shape = {
  name: "Node on S3 and DynamoDB",
  protocols: ["grpc"],
  isGuarded: false,
  knownGaps: nodeKnownGaps,
  notApplicable: NONE,
  partly: NONE,
};

export const cloudflareShape: Shape = {
  name: "Cloudflare",
  protocols: ["connect", "grpc-web"],
  isGuarded: true,
  knownGaps: cloudflareKnownGaps,
  notApplicable: cloudflareNotApplicable,
  partly: cloudflarePartly,
};

/** Where a server's clock and store are in the test's hands: in its own process, by the kind of store. */
export const heldShapes = {
  memory: heldShape("memory", ["11.14", "20.20"], "no test reaches the bytes that are kept"),
  disk: heldShape("disk", ["10.3", "10.19"], "the blocks of a test hold no blob that would be cut"),
  indexed: heldShape("index and bucket", ["11.14", "20.20"], "a bucket answers for its bytes"),
} as const;

function heldShape(name: string, beside: readonly string[], reason: string): Shape {
  return {
    name,
    protocols: ["grpc"],
    isGuarded: false,
    knownGaps: NONE,
    notApplicable: new Map(beside.map((number) => [number, reason])),
    partly: NONE,
  };
}

export const awsShape: Shape = {
  name: "AWS Lambda",
  protocols: ["connect", "grpc-web"],
  isGuarded: true,
  knownGaps: NONE,
  notApplicable: awsNotApplicable,
  partly: awsPartly,
};
