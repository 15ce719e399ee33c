/** The limits of traces. */
class TraceLimits {
  /** The headers of W3C's Trace Context: later versions may put more behind what is known of the first, and the second may be left out. */
  readonly traceparentLength: number = 256;
  readonly tracestateLength: number = 512;

  /** Spans of one request that is traced, beside its own: a batch makes thousands of store calls. */
  readonly spansPerRequest: number = 128;

  /** Spans that wait to be sent, in each thread; beyond, they are dropped. */
  readonly spansWaiting: number = 4096;

  /** Spans in one message to a collector, and how long they wait for others. */
  readonly spansPerExport: number = 512;
  readonly exportEveryMs: number = 5000;

  /** How long a collector may take to answer, and what is read of its answer. */
  readonly exportMs: number = 10_000;
  readonly answerBytes: number = 64 * 1024;

  /** How long after it could not answer it is asked once more, if it does not say; and at most, if it does. */
  readonly retryMs: number = 1000;
  readonly retryMaxMs: number = 10_000;

  /** How long a server that stops, or a function that has answered, goes on sending spans. */
  readonly flushMs: number = 3000;
}

export const traceLimits: TraceLimits = new TraceLimits();
