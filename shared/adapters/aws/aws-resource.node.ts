import { storeErrorOf } from "./aws-trouble.node.ts";

/** A bucket or a table, and the client that reaches it. */
export class AwsResource<Client> {
  readonly client: Client;
  readonly name: string;
  readonly #kind: "bucket" | "table";

  constructor(kind: "bucket" | "table", name: string, client: Client) {
    this.#kind = kind;
    this.name = name;
    this.client = client;
  }

  /** What `request` gives. Trouble is a `StoreError` that names the action, as IAM calls it; what the signal ends throws its reason. */
  async attempt<T>(
    action: string,
    signal: AbortSignal | undefined,
    request: () => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    try {
      return await request();
    } catch (error) {
      signal?.throwIfAborted();
      throw this.trouble(action, error);
    }
  }

  /** What went wrong with an action, as the stores' users know trouble. */
  trouble(action: string, error: unknown): unknown {
    return storeErrorOf(error, { action, resource: `${this.#kind} "${this.name}"` });
  }
}
