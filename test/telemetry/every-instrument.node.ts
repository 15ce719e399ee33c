import { blobOf } from "../conformance/blobs.ts";
import { clientsOn } from "../conformance/check.ts";
import { get, put } from "../conformance/http.node.ts";
import { outcome } from "../conformance/outcome.ts";
import { createTarget, type TargetOptions } from "../conformance/target.node.ts";
import { EveryRequest } from "../node/every-request.node.ts";
import { bytesOf } from "../support/bytes.ts";

const instanceName = "told";

/** Requests of every kind to a server that has nothing, some of which fail: what there is to count of requests has then been counted. */
export class EveryInstrument {
  readonly #options: TargetOptions;

  constructor(options: TargetOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const target = createTarget(this.#options);
    using connection = target.connect();
    const requests = new EveryRequest(target, connection, instanceName);
    await requests.prepare();
    await requests.ofBucket();
    await requests.ofTable();
    const { actions } = clientsOn(connection);
    const absent = blobOf(bytesOf(70)).digest;
    await outcome(actions.getActionResult({ instanceName, actionDigest: absent }));
    const where = { target, instanceName };
    await get(where, "cas", absent);
    await put(where, "cas", absent, bytesOf(71));
  }
}
