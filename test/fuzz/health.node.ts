import type { ExpectStatic } from "vitest";
import { type Blob, isPresent, randomBlob } from "../conformance/blobs.ts";
import { clientsOn } from "../conformance/check.ts";
import { read, readName, writeBlob } from "../conformance/streams.ts";
import { createTarget } from "../conformance/target.node.ts";
import { MIB, sameBytes } from "../support/bytes.ts";
import type { Hayloft } from "../support/hayloft.node.ts";
import { residentBytes } from "../support/process-status.node.ts";

/** About 200 MiB were measured at most. */
const MAX_RESIDENT_BYTES = 450 * MIB;

/** What every attack must leave as it was. */
export class Health {
  readonly #hayloft: Hayloft;
  readonly #output: string;

  constructor(hayloft: Hayloft) {
    this.#hayloft = hayloft;
    this.#output = hayloft.output();
  }

  /** The server serves, has its memory bounded, and found nothing to complain of. */
  async expectGood(expect: ExpectStatic): Promise<void> {
    const { url, pid } = this.#hayloft;
    expect(this.#hayloft.output()).toBe(this.#output);
    using connection = createTarget({ baseUrl: url, protocol: "grpc" }).connect();
    const clients = clientsOn(connection);
    await clients.capabilities.getCapabilities({});
    const blob = randomBlob(10_000);
    await writeBlob(clients, "", blob);
    expect(sameBytes(await read(clients, readName("", blob)), blob.data)).toBe(true);
    const answer = await fetch(`${url}/cas/${blob.digest.hash}`);
    expect(sameBytes(await answer.bytes(), blob.data)).toBe(true);
    const { peak, now } = await residentBytes(pid);
    expect(peak ?? now).toBeLessThan(MAX_RESIDENT_BYTES);
  }
}

/** Every instance name that attacks use. */
const instanceNames = ["", "team", "team/main"];

/** Nothing was stored under a digest whose bytes nobody sent. */
export async function expectMissing(
  { url }: Hayloft,
  expect: ExpectStatic,
  blob: Blob,
): Promise<void> {
  using connection = createTarget({ baseUrl: url, protocol: "grpc" }).connect();
  const clients = clientsOn(connection);
  for (const instanceName of instanceNames) {
    expect(await isPresent(clients, instanceName, blob)).toBe(false);
  }
}
