/** How a load is put on: connections, and requests under way on each. */
export interface Width {
  readonly connections: number;
  readonly streams: number;
}

/** What a load has found. */
export interface LoadResult {
  readonly seconds: number;
  readonly requests: number;
  /** Blob bytes or messages that went to or came from the server. */
  readonly dataBytes: number;
  /** Milliseconds that each request took, where that was asked for. */
  readonly latenciesMs?: Float64Array;
  /** Processor seconds of the load itself, where the system tells. */
  readonly loadCpuSeconds: number | undefined;
}
