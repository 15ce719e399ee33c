import type { UniversalServerRequest } from "@connectrpc/connect/protocol";
import { iterate } from "../../shared/bytes/collect.ts";

/** A request as a function URL hands it over: payload format 2.0, the whole body in it. */
export interface FunctionUrlEvent {
  /** As the client sent it, without the query. */
  readonly rawPath: string;
  readonly rawQueryString: string;
  /** Names in lower case; the values of a repeated header are joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly requestContext: { readonly http: { readonly method: string } };
  readonly body?: string;
  /** False for bodies that their Content-Type calls text, such as JSON. */
  readonly isBase64Encoded: boolean;
}

/** A request as handlers take it. */
export function requestOf(event: FunctionUrlEvent, signal: AbortSignal): UniversalServerRequest {
  const { rawPath, rawQueryString, requestContext } = event;
  const query = rawQueryString === "" ? "" : `?${rawQueryString}`;
  const body = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  return {
    httpVersion: "1.1",
    method: requestContext.http.method,
    // The authority plays no part in what is served.
    url: `https://localhost${rawPath}${query}`,
    header: headerOf(event, body.byteLength),
    body: iterate(body.byteLength === 0 ? [] : [body]),
    signal,
  };
}

/** What a header may hold for `Headers`; others are of no use to us. */
const plain = /^[\t\u{20}-\u{7E}\u{80}-\u{FF}]*$/u;

function headerOf({ headers }: FunctionUrlEvent, bodyBytes: number): Headers {
  const known = Object.entries(headers).filter(([, value]) => plain.test(value));
  const header = new Headers(known);
  // The body is here to its end, however the client sent it.
  header.delete("transfer-encoding");
  header.set("content-length", String(bodyBytes));
  return header;
}
