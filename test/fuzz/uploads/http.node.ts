import { digestFunctions } from "../../../shared/digest/digest-function.ts";
import type { Place } from "./known-blobs.node.ts";

/** The path of a blob, or of an action result, in the HTTP cache. */
export function cachePath({ instanceName, blob }: Place, kind: "ac" | "cas" = "cas"): string {
  const { function: name, digest } = blob;
  const segments = [
    ...(instanceName === "" ? [] : instanceName.split("/")),
    ...(digestFunctions[name].named ? [name] : []),
    kind,
    digest.hash,
  ];
  return `/${segments.map(encodeURIComponent).join("/")}`;
}
