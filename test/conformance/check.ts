import { type Client, createClient } from "@connectrpc/connect";
import type { ExpectStatic } from "vitest";
import {
  ActionCache,
  Capabilities,
  ContentAddressableStorage,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { ByteStream } from "../../shared/proto/gen/google/bytestream/bytestream_pb.ts";
import type { Connection, Target } from "./target.ts";

/** A client for each service, all on one connection. */
export interface Clients {
  readonly capabilities: Client<typeof Capabilities>;
  readonly cas: Client<typeof ContentAddressableStorage>;
  readonly actions: Client<typeof ActionCache>;
  readonly byteStream: Client<typeof ByteStream>;
}

export function clientsOn({ transport }: Connection): Clients {
  return {
    capabilities: createClient(Capabilities, transport),
    cas: createClient(ContentAddressableStorage, transport),
    actions: createClient(ActionCache, transport),
    byteStream: createClient(ByteStream, transport),
  };
}

/** What a check works with. It may not assume that the server is empty, nor that it is alone. */
export interface Fixture extends Clients {
  readonly target: Target;
  /** An instance name that nobody else uses. */
  readonly instanceName: string;
  /** Whether the deployment is asked only for as much of this as its platform lets it have. */
  readonly partly: boolean;
  readonly expect: ExpectStatic;
  /** Ends a check that this server gives no occasion for. */
  readonly skip: (reason: string) => never;
}

/** One numbered item of the REAPI checklist, as a test. */
export interface Check {
  readonly number: string;
  readonly title: string;
  readonly run: (fixture: Fixture) => Promise<void>;
}

export function check(number: string, title: string, run: Check["run"]): Check {
  return { number, title, run };
}
