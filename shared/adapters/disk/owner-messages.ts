import type { BlobName } from "../../digest/digest.ts";
import type { StoreErrorCode } from "../../stores/store-error.ts";
import type { Reservation } from "./block.ts";
import type { Key } from "./key.ts";
import type { Location } from "./location.ts";

/** An entry of an old block that was used. */
export interface Use {
  readonly key: Key;
  /** Of a blob. */
  readonly name: BlobName | undefined;
}

/** What a thread asks of the store's owner, and waits for. */
export type Question =
  | { readonly kind: "reserve"; readonly length: number; readonly aligned: boolean }
  | { readonly kind: "commit"; readonly key: Key; readonly place: Place }
  | { readonly kind: "drop"; readonly key: Key; readonly location: Location };

export type Message =
  | { readonly kind: "question"; readonly id: number; readonly question: Question }
  | { readonly kind: "give-back"; readonly place: Place }
  /** Uses of a block that the thread holds, for the owner to release once it has seen to them. */
  | { readonly kind: "use"; readonly block: number; readonly uses: readonly Use[] }
  /** There are leases that no checkpoint has yet. */
  | { readonly kind: "leased" };

/** Which reservation is meant: no two that are under way begin at one place. */
export type Place = Pick<Reservation, "block" | "offset">;

export type Answer =
  | { readonly id: number; readonly error: { code: StoreErrorCode; message: string } }
  | { readonly id: number; readonly reservation: Reservation | undefined };

/** One end of a line between two threads, on which messages keep their order. */
export interface Line<Out, In> {
  send(messages: readonly Out[]): void;
  /** Called once, first. */
  listen(hear: (messages: readonly In[]) => void): void;
}
