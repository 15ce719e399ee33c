const protocols: ReadonlyMap<string, "http:" | "https:"> = new Map([
  ["http:", "http:"],
  ["https:", "https:"],
  ["grpc:", "http:"],
  ["grpcs:", "https:"],
]);

/** A cache's address as Bazel's flags have it, as one over HTTP: the port speaks both. `undefined` where it is none. */
export function parseCacheAddress(text: string): URL | undefined {
  const scheme = /^[a-z]+:/i.exec(text)?.[0] ?? "";
  const protocol = protocols.get(scheme.toLowerCase());
  const address = `${protocol}${text.slice(scheme.length)}`;
  return protocol === undefined || !URL.canParse(address) ? undefined : new URL(address);
}

/** What a token is kept by. Bazel says `https` of every gRPC connection, so that the port tells more than the scheme does. */
export function hostAndPort({ protocol, hostname, port }: URL): string {
  return `${hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
}

/** Whether nobody in between can read what goes there. */
export function isPrivate({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname);
}
