import { type Script, ScriptedServer } from "../../support/scripted-server.node.ts";

const REQUEST_TOKEN = "request-token-of-the-job";

/** Where GitHub Actions gives a job its tokens, as a job sees it. */
export class GithubEndpoint implements AsyncDisposable {
  /** What was asked for, in order. */
  readonly audiences: (string | null)[] = [];
  #server: ScriptedServer | undefined;

  private constructor() {}

  /** `trouble` may answer in its place; where it does, it returns `true`. */
  static async start(
    tokenFor: (audience: string) => string,
    trouble: Script = () => false,
  ): Promise<GithubEndpoint> {
    const endpoint = new GithubEndpoint();
    endpoint.#server = await ScriptedServer.start((request, response, before) => {
      if (trouble(request, response, before) === true) return;
      const { searchParams } = new URL(request.url ?? "", "http://localhost");
      const audience = searchParams.get("audience");
      endpoint.audiences.push(audience);
      const isJob = request.headers.authorization === `Bearer ${REQUEST_TOKEN}`;
      const isWhole = searchParams.get("api-version") === "2.0" && audience !== null;
      response.writeHead(isJob && isWhole ? 200 : 401, { "content-type": "application/json" });
      response.end(
        isJob && isWhole ? JSON.stringify({ count: 1, value: tokenFor(audience) }) : "{}",
      );
    });
    return endpoint;
  }

  /** How many came, whatever was answered. */
  get requests(): number {
    return this.#server?.requests ?? 0;
  }

  /** What a job finds in its environment. */
  get variables(): Readonly<Record<string, string>> {
    return {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${this.#server?.url}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: REQUEST_TOKEN,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
  }
}
