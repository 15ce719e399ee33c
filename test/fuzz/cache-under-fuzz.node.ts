import type { Clients } from "../conformance/check.ts";
import type { Protocol } from "../conformance/target.ts";

export interface HttpRequest {
  readonly method: "GET" | "PUT";
  /** Begins with a slash, and is encoded as URLs are. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  /** `Content-Encoding`, which `body` still has. */
  readonly encoding: string | undefined;
  readonly body: Uint8Array;
}

/** A cache that is called with whatever comes to mind, in this process or in one of its own. */
export interface CacheUnderFuzz {
  readonly protocols: readonly Protocol[];
  /** Whether calls know of each other, so that one upload can end or go on with another. */
  readonly sharesUploads: boolean;
  /** Whether `settle` knows when all has had its effect, so that nothing is late. */
  readonly settles: boolean;
  clients(protocol: Protocol): Clients;
  http(request: HttpRequest): Promise<HttpAnswer>;
  /** Resolves when whatever has been sent has had its effect, as far as anybody can tell. */
  settle(): Promise<void>;
  /** Throws where calls that are over have left anything behind, or wrong bytes are kept. */
  expectClean(): Promise<void>;
}
