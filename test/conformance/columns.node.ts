import type { Check } from "./check.ts";
import {
  awsShape,
  cloudflareShape,
  heldShapes,
  nodeShape,
  replicaShape,
  type Shape,
} from "./shapes.ts";
import {
  accessSuite,
  checksOf,
  heldSuite,
  httpAccessSuite,
  httpSuite,
  rpcSuite,
} from "./suites.node.ts";
import type { Protocol } from "./target.ts";

/** What is asked of a shape in one protocol. */
export interface Column {
  readonly heading: string;
  readonly shape: Shape;
  readonly checks: readonly Check[];
}

export const shapes: readonly Shape[] = [nodeShape, replicaShape, cloudflareShape, awsShape];

export const heldColumns: readonly Column[] = Object.values(heldShapes).map((shape) => ({
  heading: shape.name,
  shape,
  checks: checksOf(heldSuite),
}));

const protocolNames: Readonly<Record<Protocol, string>> = {
  grpc: "gRPC",
  connect: "Connect",
  "grpc-web": "gRPC-Web",
};

export function columnsOf(shape: Shape): readonly Column[] {
  const { name, protocols, isGuarded } = shape;
  const rpcs = protocols.map((protocol) => ({
    heading: `${name}, ${protocolNames[protocol]}`,
    shape,
    checks: checksOf(rpcSuite(protocol), isGuarded ? accessSuite : {}),
  }));
  const http = checksOf(httpSuite, isGuarded ? httpAccessSuite : {});
  return [...rpcs, { heading: `${name}, HTTP`, shape, checks: http }];
}

/** The numbers that a shape is asked for in any protocol. */
export function numbersOf(shape: Shape): readonly string[] {
  const checks = columnsOf(shape).flatMap((column) => column.checks);
  return [...new Set(checks.map(({ number }) => number))];
}

/** How a table says what comes of a check; nothing, where it is not asked. */
export function stateOf(number: string, { shape, checks }: Column): string {
  if (!checks.some((check) => check.number === number)) return "";
  if (shape.notApplicable.has(number)) return "-";
  if (shape.knownGaps.has(number)) return "gap";
  return shape.partly.has(number) ? "part" : "pass";
}
