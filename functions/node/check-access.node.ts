import { emptyDigest } from "../../shared/digest/digest.ts";
import { parseInstanceName } from "../../shared/digest/instance-name.ts";
import type { IndexedParts } from "../../shared/stores/indexed/indexed-parts.ts";
import { objectKeyOf } from "../../shared/stores/indexed/object-key.ts";
import { blobKey } from "../../shared/stores/indexed/row-key.ts";
import { newUploadId } from "../../shared/stores/indexed/upload-id.ts";

/** How long cloud services may take to say that a server may use them. */
const ACCESS_MS = 30_000;

/** Asks the table and the bucket for something that is not there, so that a wrong name or a missing right is told at once. */
export async function checkAccess(parts: IndexedParts): Promise<void> {
  const signal = AbortSignal.timeout(ACCESS_MS);
  const digest = emptyDigest("sha256");
  const key = blobKey(digest, parseInstanceName(""));
  const upload = newUploadId(parts.clock, parts.fillRandom);
  await parts.index.lookUp([key], { contents: false, consistent: false }, signal);
  await parts.objects.inspect(objectKeyOf({ key, upload }), digest, signal);
}
