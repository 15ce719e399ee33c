import { type Clients, clientsOn, type Fixture } from "./check.ts";
import type { Credentials } from "./target.ts";

/** Clients on connections of their own, by what they show. */
export interface Roles extends Disposable {
  /** Shows a token that allows everything. */
  readonly writer: Clients;
  /** Shows one that allows reading. */
  readonly reader: Clients;
  /** Shows nothing. */
  readonly stranger: Clients;
  /** Shows a token that the server does not know. */
  readonly impostor: Clients;
}

/** Of no use anywhere. */
export const UNKNOWN_TOKEN = "a-token-that-nobody-has-made";

export function rolesOf(f: Fixture): Roles {
  const { write, read } = credentialsOf(f);
  using opened = new DisposableStack();
  const showing = (token?: string): Clients => {
    const options = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return clientsOn(opened.use(f.target.connect(options)));
  };
  const roles = {
    writer: showing(write),
    reader: showing(read),
    stranger: showing(),
    impostor: showing(UNKNOWN_TOKEN),
  };
  const kept = opened.move();
  return { ...roles, [Symbol.dispose]: () => kept.dispose() };
}

/** Skips the check where nobody has said what the server's tokens are. */
export function credentialsOf({ target, skip }: Fixture): Credentials {
  return target.credentials ?? skip("no tokens of this server are known");
}
