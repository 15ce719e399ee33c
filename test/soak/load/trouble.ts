/** What a soak may find, from the worst on. Each of them fails it. */
export type TroubleKind = "wrong bytes" | "broken promise" | "no room" | "unexpected answer";

/** Something that a server must not do. Whatever else a work throws is an unexpected answer. */
export class Trouble extends Error {
  readonly kind: TroubleKind;

  constructor(kind: TroubleKind, message: string) {
    super(message);
    this.kind = kind;
  }
}
