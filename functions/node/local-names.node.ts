import { isIP } from "node:net";
import { RequestError } from "../../shared/request-error.ts";
import type { Gate } from "../access/caller.ts";

const REMEDY =
  "say with --access or --token-sha256 who may come in, or with --open yes that all may";

/**
 * Keeps web pages out of a cache that is open to everybody on its machine: a browser there would carry their requests in, and a page's
 * owner can give its name the address of this machine. What is no browser has no origin, and reaches the cache by its address.
 */
export function localNamesOnly(gate: Gate): Gate {
  const known = new KnownNames();
  return (caller) => {
    const { header, peer } = caller;
    // No browser can open a socket.
    if (peer?.kind === "local-socket") return gate(caller);
    if (header.get("origin") !== null) throw denied("a web page's requests are refused here");
    const host = header.get("host");
    if (host !== null && !known.isLocal(host)) {
      throw denied(`${JSON.stringify(host)} is no address, nor localhost`);
    }
    return gate(caller);
  };
}

const MAX_KNOWN_NAMES = 100;

/** Clients have few names for one server, and show one with each request. */
class KnownNames {
  readonly #local = new Set<string>();

  isLocal(host: string): boolean {
    if (this.#local.has(host)) return true;
    if (!isLocalName(host)) return false;
    if (this.#local.size < MAX_KNOWN_NAMES) this.#local.add(host);
    return true;
  }
}

/** With any port, or none. */
function isLocalName(host: string): boolean {
  const name = host.replace(/:\d*$/, "").toLowerCase();
  return name === "localhost" || isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0;
}

function denied(reason: string): RequestError {
  const message = `this cache is open to programs of its machine alone, and ${reason}: ${REMEDY}`;
  return new RequestError("permission-denied", message);
}
