import { Agent } from "node:http";
import { type Clients, clientsOn } from "../../conformance/check.ts";
import { http, type HttpAnswer, type HttpRequest } from "../../conformance/http.node.ts";
import { createTarget } from "../../conformance/target.node.ts";
import type { Protocol, Target } from "../../conformance/target.ts";
import type { LoadOrder } from "./load-order.ts";

/** One connection to the server for RPCs, and those over HTTP that are needed at once. */
export interface Way extends Disposable {
  readonly clients: Clients;
  readonly target: Target;
  http(request: HttpRequest): Promise<HttpAnswer>;
}

/** Node's client never forgets what it had still to send when a call was refused, and would refuse answers in the end. */
const patient = { maxSessionMemory: 1000 };

export function openWay(
  { url, httpVersion }: Pick<LoadOrder, "url" | "httpVersion">,
  protocol: Protocol,
  token: string,
): Way {
  const headers = { authorization: `Bearer ${token}` };
  const target = createTarget({ baseUrl: url, protocol, httpVersion, headers, session: patient });
  const connection = target.connect();
  const agent = new Agent({ keepAlive: true });
  return {
    clients: clientsOn(connection),
    target,
    http: async (request) => {
      try {
        return await http({ target }, { agent, ...request });
      } catch (error) {
        if (!(error instanceof Error && "code" in error && error.code === "ECONNRESET"))
          throw error;
        // A connection that was kept may end just as it is used again, which every client tries once more on another.
        return await http({ target }, request);
      }
    },
    [Symbol.dispose]: () => {
      agent.destroy();
      connection[Symbol.dispose]();
    },
  };
}
