/** A cache server in a process of its own, which asks for a credential. */
export interface BenchServer extends AsyncDisposable {
  /** The column of the tables that it is in. */
  readonly name: string;
  readonly pid: number;
  /** `HOST:PORT` of its gRPC API. */
  readonly grpc: string;
  /** The same of its HTTP cache, for those that have one. */
  readonly http: string | undefined;
  /** The value of the header that lets a client in. */
  readonly authorization: string;
}

/** What a server is started with. */
export interface StartOptions {
  /** Where it may write; nothing is there yet. */
  readonly folder: string;
  /** The cores that it may run on, as `taskset` takes them; all of them if left out. */
  readonly cores: string | undefined;
}

/** A kind of server that takes part. */
export interface Contestant {
  readonly name: string;
  readonly version: string;
  /** How it runs here, and what it has done with an upload when it says that it has it. */
  readonly notes: string;
  readonly hasHttp: boolean;
  start(options: StartOptions): Promise<BenchServer>;
}

/** Room for everything that a run uploads, so that nothing has to go. */
export const STORE_GIB = 24;
