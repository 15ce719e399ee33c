import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { FunctionUrlEvent } from "../../functions/aws/function-url-event.node.ts";

/** An event as AWS documents it: payload format 2.0 of a function URL without authorisation. */
interface WholeEvent extends FunctionUrlEvent {
  readonly version: "2.0";
  readonly routeKey: "$default";
  readonly cookies?: readonly string[];
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly requestContext: {
    readonly http: Readonly<
      Record<"method" | "path" | "protocol" | "sourceIp" | "userAgent", string>
    >;
    readonly [name: string]: unknown;
  };
}

const ID = "abcdefghijklmnopqrstuvwxyz012345";
const DOMAIN = `${ID}.lambda-url.us-east-1.on.aws`;

/** What the front end takes for itself. */
const ownHeaders = new Set(["connection", "keep-alive", "transfer-encoding", "host", "cookie"]);

/** What a function URL makes of a request. */
export function functionUrlEvent(
  { method = "GET", url = "/", headersDistinct, httpVersion }: IncomingMessage,
  body: Buffer,
): WholeEvent {
  const [rawPath = "", rawQueryString = ""] = url.split(/\?(.*)/s, 2);
  const contentType = headersDistinct["content-type"]?.[0] ?? "";
  const isText = /^(?:text\/|application\/(?:json|javascript|xml))/.test(contentType);
  const { cookie } = headersDistinct;
  const parameters = Object.fromEntries(new URLSearchParams(rawQueryString));
  const now = new Date();
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    ...(cookie === undefined ? {} : { cookies: cookie.join("; ").split("; ") }),
    headers: {
      ...headersOf(headersDistinct),
      host: DOMAIN,
      "x-amzn-trace-id": `Root=1-${ID.slice(0, 8)}-${ID.slice(0, 24)}`,
      "x-forwarded-for": "203.0.113.7",
      "x-forwarded-port": "443",
      "x-forwarded-proto": "https",
    },
    ...(rawQueryString === "" ? {} : { queryStringParameters: parameters }),
    requestContext: {
      accountId: "anonymous",
      apiId: ID,
      domainName: DOMAIN,
      domainPrefix: ID,
      http: {
        method,
        path: rawPath,
        protocol: `HTTP/${httpVersion}`,
        sourceIp: "203.0.113.7",
        userAgent: headersDistinct["user-agent"]?.[0] ?? "",
      },
      requestId: randomUUID(),
      routeKey: "$default",
      stage: "$default",
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    ...(body.byteLength === 0 ? {} : { body: body.toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: body.byteLength > 0 && !isText,
  };
}

function headersOf(headers: IncomingMessage["headersDistinct"]): Record<string, string> {
  const passedOn = Object.entries(headers).filter(([name]) => !ownHeaders.has(name));
  return Object.fromEntries(passedOn.map(([name, values = []]) => [name, values.join(",")]));
}
