import type { DescMethod } from "@bufbuild/protobuf";
import type { UniversalServerRequest } from "@connectrpc/connect/protocol";
import { entryKind } from "../handlers/http-cache-path.ts";
import type { HttpRequest } from "../handlers/http-exchange.ts";
import type { Protocol } from "./request-record.ts";

/** What stands for whatever has no name of its own, so that clients cannot invent names. */
export const UNKNOWN = "unknown";

/** One text for each, which is then quick to look up by. */
const rpcNames = new Map<DescMethod, string>();

/** An RPC as metrics and the log name it: `ByteStream/Read`. */
export function rpcName(method: DescMethod): string {
  const known = rpcNames.get(method);
  if (known !== undefined) return known;
  const name = `${method.parent.name}/${method.name}`;
  rpcNames.set(method, name);
  return name;
}

const kindsAndPages: readonly string[] = [
  "ac",
  "cas",
  "/",
  "/status",
  "/healthz",
  "/readyz",
  "/metrics",
];

/** By method, and by what it is for: one text for each name here, too. */
const httpNames: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map(
  ["GET", "HEAD", "PUT"].map((method) => [
    method,
    new Map(kindsAndPages.map((what) => [what, `${method} ${what}`])),
  ]),
);

/** A request of HTTP as they name it: `GET cas`, `PUT ac`, `GET /metrics`. */
export function httpName({ method, path }: Pick<HttpRequest, "method" | "path">): string {
  return httpNames.get(method)?.get(entryKind(path) ?? path) ?? UNKNOWN;
}

/** Who looks whether the server is well, and what it offers. */
const looks = /^(?:(?:Health|ServerReflection)\/|(?:GET|HEAD) \/)/;

/** There are few names, and a hot server asks for each request. */
const knownLooks = new Map<string, boolean>();

/** Whether a request of this name only looks at the server: such requests come all day long. */
export function isLook(name: string): boolean {
  let is = knownLooks.get(name);
  if (is === undefined) knownLooks.set(name, (is = looks.test(name)));
  return is;
}

export function protocolOf({ header }: Pick<UniversalServerRequest, "header">): Protocol {
  const type = header.get("content-type") ?? "";
  if (type.startsWith("application/grpc-web")) return "grpc-web";
  return type.startsWith("application/grpc") ? "grpc" : "connect";
}
