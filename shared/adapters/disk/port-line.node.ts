import type { MessagePort } from "node:worker_threads";
import type { Line } from "./owner-messages.ts";

/** A line over a port between threads, which keeps messages in order. */
export class PortLine<Out, In> implements Line<Out, In> {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  send(messages: readonly Out[]): void {
    this.#port.postMessage(messages);
  }

  listen(hear: (messages: readonly In[]) => void): void {
    this.#port.on("message", hear);
  }
}
