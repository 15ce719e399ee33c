import type { HandlerContext } from "@connectrpc/connect";

/** Whether a call travels as JSON, which has no form for what the schema does not know. */
export function isJson({ requestHeader }: Pick<HandlerContext, "requestHeader">): boolean {
  return requestHeader.get("content-type")?.includes("json") === true;
}
