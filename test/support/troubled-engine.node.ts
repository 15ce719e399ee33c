import { request as startRequest } from "node:http";
import type { AwsEngine } from "./aws-engines.node.ts";
import { type Script, ScriptedServer } from "./scripted-server.node.ts";

/** An engine, until it is told to do something else. */
export interface TroubledEngine extends AwsEngine {
  trouble: Script | undefined;
}

export async function startTroubled({ endpoint }: AwsEngine): Promise<TroubledEngine> {
  const { hostname, port, pathname } = new URL(endpoint);
  const passOn: Script = (request, response) => {
    const { method, url: path, headers } = request;
    const passed = startRequest({ hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    passed.on("error", () => response.destroy());
    request.pipe(passed);
  };
  const server = await ScriptedServer.start((...args) => (engine.trouble ?? passOn)(...args));
  const engine: TroubledEngine = {
    trouble: undefined,
    endpoint: new URL(pathname, server.url).href,
    [Symbol.asyncDispose]: async () => await server[Symbol.asyncDispose](),
  };
  return engine;
}
