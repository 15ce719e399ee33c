import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Listening, listening } from "./listening.node.ts";

/** Answers the requests of one client as a test wants it to, however wrong that is. */
export type Script = (
  request: IncomingMessage,
  response: ServerResponse,
  /** How many requests came before. */
  before: number,
) => unknown;

export class ScriptedServer implements AsyncDisposable {
  requests = 0;
  readonly #script: Script;
  readonly #server: Server = createServer((request, response) => {
    this.#script(request, response, this.requests++);
  });
  #listening: Listening | undefined;
  #connected = 0;

  private constructor(script: Script) {
    this.#script = script;
    this.#server.on("connection", (socket) => {
      this.#connected += 1;
      socket.once("close", () => {
        this.#connected -= 1;
        this.#server.emit("gone");
      });
    });
  }

  static async start(script: Script): Promise<ScriptedServer> {
    const server = new ScriptedServer(script);
    server.#listening = await listening(server.#server);
    return server;
  }

  get url(): string {
    return this.#listening?.url ?? "";
  }

  /** Resolves when a request has come. */
  async begun(): Promise<void> {
    while (this.requests === 0) await once(this.#server, "request");
  }

  /** Resolves when nobody is connected. */
  async allGone(): Promise<void> {
    while (this.#connected > 0) await once(this.#server, "gone");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listening?.[Symbol.asyncDispose]();
  }
}

/** An error as S3 says it. */
export function s3Error(status: number, code: string): Script {
  return (request, response) => {
    request.resume();
    response.writeHead(status, { "content-type": "application/xml" });
    response.end(`<Error><Code>${code}</Code><Message>${code} it is.</Message></Error>`);
  };
}

/** An answer of DynamoDB. */
export function dynamoAnswer(status: number, body: object): Script {
  return (request, response) => {
    request.resume();
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify(body));
  };
}

/** An error as DynamoDB says it. */
export function dynamoError(status: number, code: string): Script {
  return dynamoAnswer(status, { code, message: `${code} it is.` });
}
