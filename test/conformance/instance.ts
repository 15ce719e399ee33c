import type { Fixture } from "./check.ts";

/** Another instance than the check's own. Skips the check on a server that has only one. */
export function instance({ target, skip }: Pick<Fixture, "target" | "skip">, name: string): string {
  const { onlyInstance = name } = target;
  return name === onlyInstance ? name : skip("the server was said to have one instance");
}
