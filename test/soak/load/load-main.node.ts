// A process of the load: it is told what to do, puts on load until it is told to stop, and says every second what it has done.

import { once } from "node:events";
import type { LoadOrder } from "./load-order.ts";
import { runLoad } from "./run-load.node.ts";
import { Tally } from "./tally.ts";

const TELL_EVERY_MS = 1000;

const stopping = new AbortController();
const tally = new Tally();
const tell = (): void => void process.send?.(tally.counts);

// Ctrl-C is for the soak, which ends this in turn.
process.on("SIGINT", () => undefined);
// Nobody is left to tell.
process.on("disconnect", () => process.exit());

const [order] = (await once(process, "message")) as [LoadOrder];
process.once("message", () => stopping.abort());
const telling = setInterval(tell, TELL_EVERY_MS);
await runLoad(order, tally, stopping.signal);
clearInterval(telling);
tell();
process.removeAllListeners("disconnect");
if (process.connected) process.disconnect?.();
