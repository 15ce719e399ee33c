/** A variable of OpenTelemetry's that cannot be followed. */
export class TraceSettingError extends Error {
  override readonly name = "TraceSettingError";

  /** The value is left out where it may be a secret. */
  constructor(variable: string, value: string | undefined, remedy: string) {
    super(`${variable} is ${value === undefined ? "wrong" : JSON.stringify(value)}: ${remedy}`);
  }
}
