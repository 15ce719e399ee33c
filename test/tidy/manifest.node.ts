import { read } from "./repository.node.ts";

type Versions = Readonly<Record<string, string>>;

/** What the tidy tests look at in package.json. */
interface Manifest {
  readonly bin: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Versions;
  readonly devDependencies: Versions;
  readonly optionalDependencies: Versions;
}

export const manifest: Manifest = JSON.parse(read("package.json")) as Manifest;
