import type { Blob } from "../conformance/blobs.ts";
import { type Clients, clientsOn } from "../conformance/check.ts";
import { outcome, type Outcome } from "../conformance/outcome.ts";
import type { Target } from "../conformance/target.ts";

/** What a build does with a cache, and how each step ends. */
export interface Attempt {
  readonly upload: Outcome;
  readonly store: Outcome;
  readonly lookUp: Outcome;
  readonly download: Outcome;
  /** What the capabilities say of storing results. */
  readonly mayStore: boolean | undefined;
}

async function attempt(
  { cas, actions, capabilities }: Clients,
  instanceName: string,
  blob: Blob,
): Promise<Attempt> {
  const { digest, data } = blob;
  const offered = await capabilities.getCapabilities({ instanceName });
  const uploaded = await outcome(
    cas.batchUpdateBlobs({ instanceName, requests: [{ digest, data }] }),
  );
  const actionResult = { outputFiles: [{ path: "out", digest }] };
  const stored = actions.updateActionResult({ instanceName, actionDigest: digest, actionResult });
  return {
    upload: uploaded,
    store: await outcome(stored),
    lookUp: await outcome(actions.getActionResult({ instanceName, actionDigest: digest })),
    download: await outcome(readBlob(cas, instanceName, blob)),
    mayStore: offered.cacheCapabilities?.actionCacheUpdateCapabilities?.updateEnabled,
  };
}

async function readBlob(
  cas: Clients["cas"],
  instanceName: string,
  { digest }: Blob,
): Promise<void> {
  const { responses } = await cas.batchReadBlobs({ instanceName, digests: [digest] });
  if (responses[0]?.status?.code !== 0) throw new Error("the blob was not read");
}

export const everything: Attempt = {
  upload: "OK",
  store: "OK",
  lookUp: "OK",
  download: "OK",
  mayStore: true,
};
export const reading: Attempt = {
  ...everything,
  upload: "PermissionDenied",
  store: "PermissionDenied",
  mayStore: false,
};
export const nothing: Attempt = {
  ...reading,
  lookUp: "PermissionDenied",
  download: "PermissionDenied",
};

/** Does what a build does, as who shows `token`. */
export async function asHolder(
  target: Target,
  token: string | undefined,
  instance: string,
  blob: Blob,
): Promise<Attempt> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  using connection = target.connect(headers);
  return await attempt(clientsOn(connection), instance, blob);
}
