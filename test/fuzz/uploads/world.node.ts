import type { Clients } from "../../conformance/check.ts";
import type { CacheUnderFuzz } from "../cache-under-fuzz.node.ts";
import type { Offer } from "../offer.node.ts";
import { Random } from "../random.node.ts";
import { inWords, type KnownBlob, type Place, type UploadIdentity } from "./known-blobs.node.ts";
import { BrokenRule } from "../broken-rule.node.ts";
import { Ledger } from "./ledger.node.ts";
import { Sessions } from "./sessions.node.ts";
import type { WriteMessage } from "./upload-rules.node.ts";
import { Upload, type UploadPlan } from "./upload.node.ts";

import { WrittenActions } from "./written-actions.node.ts";

export type Trace = (line: string) => void;

export interface WorldOptions {
  readonly cache: CacheUnderFuzz;
  readonly offer: Offer;
  readonly random: Random;
  readonly instanceNames: readonly string[];
  readonly blobs: readonly KnownBlob[];
  readonly trace: Trace;
  /** Whether nobody else calls the cache at the same time. */
  readonly isAlone?: boolean;
}

/** What is known of the cache by all who speak to it. */
type Book = Pick<World, "ledger" | "sessions" | "actions">;

function emptyBook(): Book {
  return { ledger: new Ledger(), sessions: new Sessions(), actions: new WrittenActions() };
}

const MAX_KNOWN = 8;

/** A cache, its clients, and all that is known of both. */
export class World {
  readonly cache: CacheUnderFuzz;
  readonly offer: Offer;
  readonly random: Random;
  readonly blobs: readonly KnownBlob[];
  readonly instanceNames: readonly string[];
  readonly trace: Trace;
  readonly isAlone: boolean;
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  readonly actions: WrittenActions;
  readonly #options: WorldOptions;
  #uploads: readonly Upload[] = [];
  #known: readonly UploadIdentity[] = [];
  /** Names of streams that were canceled, and may not be over for the server. */
  readonly #lingering = new Set<string>();

  constructor(options: WorldOptions, book: Book = emptyBook()) {
    const { cache, offer, random, instanceNames, blobs, trace, isAlone = true } = options;
    this.cache = cache;
    this.offer = offer;
    this.random = random;
    this.instanceNames = instanceNames;
    this.blobs = blobs;
    this.trace = trace;
    this.isAlone = isAlone;
    this.ledger = book.ledger;
    this.sessions = book.sessions;
    this.actions = book.actions;
    this.#options = options;
  }

  /** The same world for somebody who acts at the same time, with chance of its own. */
  forked(): World {
    const random = new Random(this.random.below(2 ** 31));
    return new World({ ...this.#options, random, isAlone: false }, this);
  }

  /** A client, by any of the protocols. */
  clients(): Clients {
    return this.cache.clients(this.random.pick(this.cache.protocols));
  }

  drawPlace(): Place {
    return {
      instanceName: this.random.pick(this.instanceNames),
      blob: this.random.pick(this.blobs),
    };
  }

  /** Those that have not ended. */
  get uploads(): readonly Upload[] {
    return this.#uploads;
  }

  /** The identities of the last uploads, also of those that have ended. */
  get known(): readonly UploadIdentity[] {
    return this.#known;
  }

  open(plan: UploadPlan): void {
    const upload = new Upload(this.clients(), plan, this);
    this.#uploads = [...this.#uploads, upload];
    this.#known = [...this.#known, plan].slice(-MAX_KNOWN);
  }

  send(upload: Upload, message: WriteMessage): void {
    if (!upload.hasBegun) this.#meetRivals(upload);
    upload.send(message);
  }

  #meetRivals(upload: Upload): void {
    const rivals = this.#uploads.filter(({ name, hasBegun }) => name === upload.name && hasBegun);
    for (const rival of rivals) rival.overtake();
    if (rivals.length > 0 || this.#lingering.has(upload.name)) upload.overtake();
  }

  /** Waits until all has had its effect, and holds those uploads to the rules that have ended by then. */
  async settle(): Promise<void> {
    for (const upload of this.#uploads) await upload.settle();
    await this.cache.settle();
    if (this.cache.sharesUploads) await this.#expectEarlyAnswers();
    for (const upload of this.#uploads) {
      upload.check();
      if (upload.isCanceled && !this.cache.settles) this.#lingering.add(upload.name);
    }
    this.#uploads = this.#uploads.filter(({ isOver }) => !isOver);
  }

  /** Ends what is still under way, as clients do that go away or lose interest. */
  async leave(): Promise<void> {
    for (const upload of this.#uploads) {
      if (this.random.chance(0.5)) upload.cancel();
      else upload.end();
    }
    await this.settle();
  }

  /** Throws: the server has broken a rule about the place. */
  broken(place: Place, what: string): never {
    throw new BrokenRule(`${inWords(place)} ${what}`);
  }

  /** Who uploads what has come to be there from elsewhere is told at once. */
  async #expectEarlyAnswers(): Promise<void> {
    for (const upload of this.#uploads) {
      const isPart = !upload.isOver && upload.rules.verdict === "part";
      if (isPart && this.ledger.mustHold(upload.plan.place)) await upload.expectAnswer();
    }
  }
}
