import { store } from "./actions.ts";
import { type Blob, isPresent, randomBlob, upload } from "./blobs.ts";
import { check, type Clients, type Fixture } from "./check.ts";
import { offerOf } from "./offer.ts";
import { failure, type Outcome, outcome, streamOutcome } from "./outcome.ts";
import { credentialsOf, rolesOf, UNKNOWN_TOKEN } from "./roles.ts";
import { OpenWrite, read, readName, uploadOf, writeBlob, writeName } from "./streams.ts";
import { leaf } from "./trees.ts";

type Where = Pick<Fixture, "instanceName">;

/** How each RPC that reads answers, asked for what is there if `held` is. */
async function readOutcomes(
  { cas, actions, ...clients }: Clients,
  { instanceName }: Where,
  held: Blob,
): Promise<ReadonlySet<Outcome>> {
  const { digest } = held;
  return new Set([
    await outcome(cas.findMissingBlobs({ instanceName, blobDigests: [digest] })),
    await outcome(cas.batchReadBlobs({ instanceName, digests: [digest] })),
    await streamOutcome(cas.getTree({ instanceName, rootDigest: digest })),
    await outcome(read(clients, readName(instanceName, held))),
    await outcome(actions.getActionResult({ instanceName, actionDigest: digest })),
  ]);
}

/** How each RPC that writes answers. */
async function writeOutcomes(
  { cas, actions, ...clients }: Clients,
  { instanceName }: Where,
  blob: Blob,
): Promise<ReadonlySet<Outcome>> {
  const { digest: actionDigest } = blob;
  return new Set([
    await outcome(cas.batchUpdateBlobs({ instanceName, requests: [blob] })),
    await outcome(writeBlob(clients, instanceName, blob)),
    await outcome(actions.updateActionResult({ instanceName, actionDigest, actionResult: {} })),
  ]);
}

/** A Directory, held as a blob and as the name of an action that has a result. */
async function heldBlob(writer: Clients, f: Fixture): Promise<Blob> {
  const blob = leaf();
  await upload(writer, f.instanceName, blob);
  await store({ ...f, ...writer }, {}, blob.digest);
  return blob;
}

const OK: ReadonlySet<Outcome> = new Set(["OK"]);
const DENIED: ReadonlySet<Outcome> = new Set(["PermissionDenied"]);
const UNKNOWN: ReadonlySet<Outcome> = new Set(["Unauthenticated"]);

/** What a server that asks for tokens owes those who show them, and those who do not. */
export const access = [
  check("5.15", "who may only read is told so, and not refused", async (f) => {
    using roles = rolesOf(f);
    const { instanceName } = f;
    const forReader = await offerOf({ ...roles.reader, instanceName });
    f.expect(forReader.actionCacheUpdateCapabilities).toMatchObject({ updateEnabled: false });
    const forWriter = await offerOf({ ...roles.writer, instanceName });
    f.expect(forWriter.actionCacheUpdateCapabilities).toMatchObject({ updateEnabled: true });
    const { actionCacheUpdateCapabilities: _, ...same } = forWriter;
    f.expect(forReader).toMatchObject(same);
  }),

  check("12.20", "an upload without the right is refused before its data", async (f) => {
    using roles = rolesOf(f);
    const refused = [
      ["PermissionDenied", roles.reader],
      ["Unauthenticated", roles.stranger],
      ["Unauthenticated", roles.impostor],
    ] as const;
    for (const [expected, clients] of refused) {
      const blob = randomBlob(200_000);
      const [first] = uploadOf(writeName(f.instanceName, blob), blob);
      const open = new OpenWrite(clients);
      open.send({ ...first });
      if (f.partly) open.end();
      f.expect(await outcome(open.committedSize)).toBe(expected);
      open.end();
      f.expect(await isPresent(roles.writer, f.instanceName, blob)).toBe(false);
    }
  }),

  check("14.15", "a result that may not be read is no miss", async (f) => {
    using roles = rolesOf(f);
    const { instanceName } = f;
    const { digest: present } = await heldBlob(roles.writer, f);
    for (const { actions } of [roles.stranger, roles.impostor]) {
      for (const actionDigest of [present, randomBlob().digest]) {
        const call = actions.getActionResult({ instanceName, actionDigest });
        f.expect(await outcome(call)).toBe("Unauthenticated");
      }
    }
  }),

  check("15.5", "a result is written by whom the capabilities say so", async (f) => {
    using roles = rolesOf(f);
    const { instanceName } = f;
    for (const clients of [roles.writer, roles.reader]) {
      const { actionCacheUpdateCapabilities } = await offerOf({ ...clients, instanceName });
      const mayWrite = actionCacheUpdateCapabilities?.updateEnabled === true;
      const written = await outcome(store({ ...f, ...clients }, {}));
      f.expect(written).toBe(mayWrite ? "OK" : "PermissionDenied");
    }
    f.expect(await outcome(store({ ...f, ...roles.stranger }, {}))).toBe("Unauthenticated");
  }),

  check("21.1", "without a credential that the server knows, no RPC is served", async (f) => {
    using roles = rolesOf(f);
    const blob = await heldBlob(roles.writer, f);
    const { instanceName } = f;
    const resourceName = writeName(instanceName, blob);
    for (const clients of [roles.stranger, roles.impostor]) {
      const { capabilities, byteStream } = clients;
      f.expect(await outcome(capabilities.getCapabilities({}))).toBe("Unauthenticated");
      const status = byteStream.queryWriteStatus({ resourceName });
      f.expect(await outcome(status)).toBe("Unauthenticated");
      f.expect(await readOutcomes(clients, f, blob)).toEqual(UNKNOWN);
      f.expect(await writeOutcomes(clients, f, blob)).toEqual(UNKNOWN);
    }
  }),

  check("21.2", "reading and writing are rights of their own", async (f) => {
    using roles = rolesOf(f);
    const blob = await heldBlob(roles.writer, f);
    f.expect(await readOutcomes(roles.reader, f, blob)).toEqual(OK);
    f.expect(await writeOutcomes(roles.reader, f, randomBlob())).toEqual(DENIED);
    f.expect(await readOutcomes(roles.writer, f, blob)).toEqual(OK);
    f.expect(await writeOutcomes(roles.writer, f, randomBlob())).toEqual(OK);
  }),

  check("21.3", "what was refused has left nothing behind", async (f) => {
    using roles = rolesOf(f);
    const { instanceName } = f;
    for (const clients of [roles.reader, roles.stranger, roles.impostor]) {
      const blob = randomBlob();
      f.expect(await writeOutcomes(clients, f, blob)).not.toContain("OK");
      f.expect(await isPresent(roles.writer, instanceName, blob)).toBe(false);
      const { digest: actionDigest } = blob;
      const result = roles.writer.actions.getActionResult({ instanceName, actionDigest });
      f.expect(await outcome(result)).toBe("NotFound");
    }
  }),

  check("21.4", "a refusal does not tell what is there", async (f) => {
    using roles = rolesOf(f);
    const { instanceName } = f;
    for (const blob of [await heldBlob(roles.writer, f), leaf()]) {
      f.expect(await readOutcomes(roles.stranger, f, blob)).toEqual(UNKNOWN);
      f.expect(await outcome(writeBlob(roles.reader, instanceName, blob))).toBe("PermissionDenied");
    }
  }),

  check("21.5", "no answer repeats a credential", async (f) => {
    using roles = rolesOf(f);
    const { read: token } = credentialsOf(f);
    const denied = await failure(store({ ...f, ...roles.reader }, {}));
    f.expect(denied?.message).not.toContain(token);
    const unknown = await failure(store({ ...f, ...roles.impostor }, {}));
    f.expect(unknown?.message).not.toContain(UNKNOWN_TOKEN);
  }),
];
