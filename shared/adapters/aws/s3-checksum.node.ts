import type { PutObjectCommand } from "@aws-sdk/client-s3";
import type { Digest } from "../../digest/digest.ts";

/** What S3 checks an object's bytes against, and remembers. */
export function checksumOf({ hash }: Digest): string {
  return Buffer.from(hash, "hex").toString("base64");
}

/**
 * Signs the hash in place of the bytes, which are a stream. Stores with S3's API that do not know the checksum check this, as a
 * part of the signature, and S3 checks both.
 */
export function signContentHash(command: PutObjectCommand, { hash }: Digest): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      if (hasHeaders(args.request)) args.request.headers["x-amz-content-sha256"] = hash;
      return await next(args);
    },
    { step: "build", name: "signContentHash" },
  );
}

function hasHeaders(request: unknown): request is { readonly headers: Record<string, string> } {
  return typeof request === "object" && request !== null && "headers" in request;
}
