import type { KnownBlob } from "./known-blobs.node.ts";

/** An action result that was written. */
export interface WrittenAction {
  /** Tells it from all others: its exit code. */
  readonly version: number;
  /** All blobs without which it is not to be found. */
  readonly needs: readonly KnownBlob[];
  /** What its output files hold, by their paths. */
  readonly files: ReadonlyMap<string, KnownBlob>;
}

/** The results that were written last, by instance and action. */
export class WrittenActions {
  readonly #last = new Map<string, WrittenAction>();
  #version = 0;

  nextVersion(): number {
    this.#version += 1;
    return this.#version;
  }

  last(instanceName: string, action: KnownBlob): WrittenAction | undefined {
    return this.#last.get(keyOf(instanceName, action));
  }

  write(instanceName: string, action: KnownBlob, result: WrittenAction): void {
    this.#last.set(keyOf(instanceName, action), result);
  }
}

function keyOf(instanceName: string, { digest }: KnownBlob): string {
  return `${instanceName}\n${digest.hash}`;
}
