/** A server did what the API's rules forbid. The seed replays it. */
export class BrokenRule extends Error {
  override readonly name = "BrokenRule";
}
