import { instruments } from "../../telemetry/instruments.ts";
import type { Meter } from "../../telemetry/meter.ts";

/** What R2's price list calls the requests that methods of a bucket, and of an upload in parts, make. */
const operations: ReadonlyMap<string | symbol, string> = new Map([
  ["put", "PutObject"],
  ["get", "GetObject"],
  ["head", "HeadObject"],
  ["delete", "DeleteObject"],
  ["list", "ListObjects"],
  ["createMultipartUpload", "CreateMultipartUpload"],
  ["uploadPart", "UploadPart"],
  ["complete", "CompleteMultipartUpload"],
  ["abort", "AbortMultipartUpload"],
]);

/** A bucket that counts its requests, those that are made again too. */
export function billedBucket(bucket: R2Bucket, meter: Meter): R2Bucket {
  return new Proxy(bucket, {
    get: (target, name) => {
      if (name !== "resumeMultipartUpload") return counted(target, name, meter);
      return (...args: Parameters<R2Bucket["resumeMultipartUpload"]>) =>
        new Proxy(target.resumeMultipartUpload(...args), {
          get: (upload, method) => counted(upload, method, meter),
        });
    },
  });
}

/** A property of a binding; a method that makes a request is counted where it is called. */
function counted(binding: object, name: string | symbol, meter: Meter): unknown {
  const value: unknown = Reflect.get(binding, name);
  if (typeof value !== "function") return value;
  const operation = operations.get(name);
  return (...args: readonly unknown[]): unknown => {
    if (operation !== undefined) {
      meter.counter(instruments.billedOperations, "r2", operation).count += 1;
    }
    return Reflect.apply(value, binding, args);
  };
}
