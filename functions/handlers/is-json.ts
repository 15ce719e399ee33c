import type { CallContext } from "./call-context.ts";

/** Whether a call travels as JSON, which has no form for what the schema does not know. */
export function isJson({ requestHeader }: Pick<CallContext, "requestHeader">): boolean {
  return requestHeader.get("content-type")?.includes("json") === true;
}
