import type { Digest } from "../digest/digest.ts";
import type { SupportedFunctions } from "../digest/supported-functions.ts";
import type { ActionResult } from "../proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { limits } from "../limits.ts";
import { invalidArgument, type RequestError } from "../request-error.ts";
import { type Soon, whenKnown } from "../soon.ts";
import type { ActionEntry, ActionName, ActionStore } from "../stores/action-store.ts";
import type { BlobStore } from "../stores/blob-store.ts";
import type { Call } from "../stores/call.ts";
import { callsAbove, hasAbove } from "../stores/inherited-calls.ts";
import type { Turns } from "../turns.ts";
import { findReferences } from "./action-references.ts";
import { checkActionResult } from "./action-result-rules.ts";
import { decodeActionResult } from "./decode-action-result.ts";
import { digestsOf } from "./request-digests.ts";

/** An action as a protocol names it: HTTP caches know no size. */
export type ActionKey = ActionName & Partial<Pick<Digest, "sizeBytes">>;

/** The action cache, by the REAPI's rules: what it returns can be used, because every blob it refers to is there. */
export class ActionService {
  readonly #actions: ActionStore;
  readonly #blobs: BlobStore;
  readonly #functions: SupportedFunctions;
  /** Bounds how many results are walked through at once: each takes memory for what it has seen. */
  readonly #walks: Turns;

  constructor(options: {
    actions: ActionStore;
    blobs: BlobStore;
    functions: SupportedFunctions;
    walks: Turns;
  }) {
    this.#actions = options.actions;
    this.#blobs = options.blobs;
    this.#functions = options.functions;
    this.#walks = options.walks;
  }

  /** The result, with every blob it refers to under a lease; `undefined` where there is none or a blob is gone. */
  async get(key: ActionKey, call: Call): Promise<ActionResult | undefined> {
    const bytes = await this.getBytes(key, call);
    return bytes && decodeActionResult(bytes);
  }

  /** The same as it was written, for who need not look into it. At once where it can be. */
  getBytes(key: ActionKey, call: Call): Soon<Uint8Array | undefined> {
    const { notes } = call;
    notes?.about(key);
    const finding = whenKnown(
      this.#usableIn(call, key, call),
      (own) => own ?? (hasAbove(call) ? this.#inherited(key, call) : undefined),
    );
    return whenKnown(finding, (found) => {
      notes?.looked("ac", "get", found ? 1 : 0, found ? 0 : 1);
      if (found !== undefined) notes?.moved(found.byteLength);
      return found;
    });
  }

  async #inherited(key: ActionKey, call: Call): Promise<Uint8Array | undefined> {
    for (const above of callsAbove(call)) {
      const inherited = await this.#usableIn(above, key, call);
      if (inherited !== undefined) return inherited;
    }
    return undefined;
  }

  /** The result that one of a call's instances has, if all that it needs is at hand for the call. */
  #usableIn(place: Call, key: ActionKey, call: Call): Soon<Uint8Array | undefined> {
    return whenKnown(this.#actions.get(key, place), (found) => {
      if (found === undefined || !sameSize(found, key)) return undefined;
      if (found.completeness === "complete") return found.result;
      // What is not under this instance may be under one above it.
      if (found.completeness === "incomplete" && !hasAbove(call)) return undefined;
      return this.#ifComplete(found, key, call);
    });
  }

  #ifComplete(
    { result, references }: ActionEntry,
    key: ActionKey,
    call: Call,
  ): Soon<Uint8Array | undefined> {
    const finding = references ?? this.#referencesIn(result, key, call);
    return whenKnown(finding, (needed) => {
      if (needed === undefined) return undefined;
      return whenKnown(this.#blobs.findMissing(needed, call), (missing) =>
        missing.length === 0 ? result : undefined,
      );
    });
  }

  /**
   * Replaces the result. `bytes` are the message encoded, with fields that a newer client may have set, and are what is kept. Blobs that
   * it refers to may still be on their way: it is not served before they are there. Throws INVALID_ARGUMENT.
   */
  async put(key: ActionKey, result: ActionResult, bytes: Uint8Array, call: Call): Promise<void> {
    call.notes?.about(key);
    if (bytes.byteLength > limits.actionResultBytes) throw tooLarge(bytes.byteLength);
    checkActionResult(result, digestsOf(key.function, this.#functions));
    const references = await this.#references(result, key, call);
    // Asked for the lease alone: the blobs are about to be relied on.
    const isLeasedLater = this.#actions.leasesReferences === true && !hasAbove(call);
    const isAsked = references !== undefined && !isLeasedLater;
    if (isAsked) await this.#blobs.findMissing(references, call);
    const size = key.sizeBytes === undefined ? {} : { actionSizeBytes: key.sizeBytes };
    await this.#actions.put(key, { ...size, result: bytes, references }, call);
    call.notes?.looked("ac", "put", 0, 1);
    call.notes?.moved(bytes.byteLength);
  }

  async #referencesIn(
    bytes: Uint8Array,
    key: ActionKey,
    call: Call,
  ): Promise<readonly Digest[] | undefined> {
    const result = decodeActionResult(bytes);
    return result && (await this.#references(result, key, call));
  }

  async #references(
    result: ActionResult,
    key: ActionKey,
    call: Call,
  ): Promise<readonly Digest[] | undefined> {
    if (result.outputDirectories.length === 0) return await this.#allReferences(result, key, call);
    using _ = await this.#walks.take(call.signal);
    return await this.#allReferences(result, key, call);
  }

  async #allReferences(
    result: ActionResult,
    key: ActionKey,
    call: Call,
  ): Promise<readonly Digest[] | undefined> {
    return await findReferences(
      result,
      digestsOf(key.function, this.#functions),
      this.#blobs,
      call,
    );
  }
}

function tooLarge(bytes: number): RequestError {
  return invalidArgument(
    "action_result",
    `${bytes} bytes are more than an answer can hold, ${limits.actionResultBytes}`,
  );
}

/** The size is part of the name where both the writer and the reader know it. */
function sameSize(entry: ActionEntry, key: ActionKey): boolean {
  const [written, asked] = [entry.actionSizeBytes, key.sizeBytes];
  return written === undefined || asked === undefined || written === asked;
}
