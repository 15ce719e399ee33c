/** What ends a whole connection: the client broke a rule that all its streams rest on. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  /** One of HTTP/2's, for the GOAWAY. */
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
