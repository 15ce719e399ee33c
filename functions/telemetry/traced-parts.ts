import { tracedIndex } from "../../shared/stores/decorators/traced-index.ts";
import { tracedObjects } from "../../shared/stores/decorators/traced-objects.ts";
import type { IndexedParts } from "../../shared/stores/indexed/indexed-parts.ts";
import type { TraceSettings } from "./trace-settings.ts";

/** The services that have the table and the objects. */
interface Services {
  readonly index: string;
  readonly objects: string;
}

export const awsServices: Services = { index: "dynamodb", objects: "s3" };

/** What indexed stores are made of, with a span for each request to a service, within that of the store's call. */
export function tracedParts<Parts extends IndexedParts>(
  parts: Parts,
  services: Services,
  traces: TraceSettings | undefined,
): Parts {
  if (traces === undefined) return parts;
  return {
    ...parts,
    index: tracedIndex(parts.index, services.index),
    objects: tracedObjects(parts.objects, services.objects),
  };
}
