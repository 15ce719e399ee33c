import { limits } from "../limits.ts";
import { invalidArgument, quote } from "../request-error.ts";

declare const brand: unique symbol;

/**
 * A checked instance name: possibly empty, possibly several segments between slashes. Names are compared byte for byte and
 * never URL-decoded.
 */
export type InstanceName = string & { readonly [brand]: "InstanceName" };

/** Segments that begin the rest of a resource name, so that no instance name may hold one (REAPI). */
export const reservedSegments: ReadonlySet<string> = new Set([
  "blobs",
  "uploads",
  "actions",
  "actionResults",
  "operations",
  "capabilities",
  "compressed-blobs",
]);

/** Checks an instance name. Throws INVALID_ARGUMENT that names `field`. */
export function parseInstanceName(text: string, field = "instance_name"): InstanceName {
  const mistake = mistakeIn(text);
  if (mistake !== undefined) throw invalidArgument(field, `${quote(text)} ${mistake}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place that makes an InstanceName.
  return text as InstanceName;
}

function mistakeIn(text: string): string | undefined {
  if (text === "") return undefined;
  if (text.length > limits.instanceNameLength) {
    return `is longer than ${limits.instanceNameLength} characters`;
  }
  for (const segment of text.split("/")) {
    if (segment === "") return "has a leading, trailing or double slash";
    if (reservedSegments.has(segment)) {
      return `has the segment ${quote(segment)}, which the Remote Execution API reserves`;
    }
  }
  return undefined;
}
