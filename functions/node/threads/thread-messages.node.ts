import type { DiskShare } from "../../../shared/adapters/disk/shared-disk.node.ts";
import type { Policy } from "../../access/policy.ts";
import type { TlsMaterial } from "../listening/tls-material.node.ts";
import type { ServeOptions } from "../options/options.node.ts";
import type { AnswerMessage, AskMessage } from "./pending-questions.ts";

/** What a thread that serves is started with. */
export interface ThreadStart {
  readonly options: ServeOptions;
  /** Where to listen: all threads on one. */
  readonly port: number;
  /** The socket that listens there for this thread, where one was passed. */
  readonly fd?: number | undefined;
  readonly tls: TlsMaterial | undefined;
  readonly share: DiskShare;
}

export type ToThread =
  | { readonly kind: "stop" }
  /** For connections that come from now on. */
  | { readonly kind: "access"; readonly policy: Policy }
  | { readonly kind: "tls"; readonly tls: TlsMaterial }
  /** What this thread alone has to tell. */
  | AskMessage
  | AnswerMessage;

export type FromThread =
  | { readonly kind: "listening"; readonly address: string }
  /** Whoever started the server made a mistake. */
  | { readonly kind: "refused"; readonly message: string }
  /** What all threads together have to tell. */
  | AskMessage
  | AnswerMessage;
