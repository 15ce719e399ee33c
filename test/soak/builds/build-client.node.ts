import type { RootName } from "../../clients/ready-root.node.ts";
import type { SoakedServer } from "../shapes/soaked-server.ts";

/** Where a client builds, and against what. */
export interface BuildSite {
  /** A folder of its own. */
  readonly folder: string;
  /** Where the client is installed. */
  readonly root: string;
  readonly address: string;
  readonly token: string;
  readonly protocols: readonly ("grpc" | "http")[];
  readonly leaseMs: number;
}

/** Builds once from nothing and again from the cache; whatever was not as it should be, in words. Numbers make new actions. */
type Round = (number: number) => Promise<readonly string[]>;

/** A build tool that others wrote. */
export interface BuildClient {
  readonly name: string;
  readonly root: RootName;
  readonly fits: (server: Pick<SoakedServer, "ways">) => boolean;
  readonly prepare: (site: BuildSite) => Promise<Round>;
}

/** How many builds a round makes. */
export const BUILDS_OF_ROUND = 2;
