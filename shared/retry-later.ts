import { RequestError } from "./request-error.ts";

/** RESOURCE_EXHAUSTED for who has taken more than its part by now, and when there is more of it. */
export class RetryLater extends RequestError {
  readonly waitMs: number;

  constructor(message: string, waitMs: number) {
    super("rate-limited", message);
    this.waitMs = waitMs;
  }
}
