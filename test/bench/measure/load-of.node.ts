import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { h2load } from "../load/h2load.node.ts";
import type { LoadResult, Width } from "../load/load.ts";
import { runUploads } from "../load/run-uploads.node.ts";
import type { UploadKind } from "../load/upload-plan.ts";
import { MIB } from "../../support/bytes.ts";
import { MadeUpBlobs } from "../made-up-blobs.node.ts";
import type { BenchServer } from "../servers/bench-server.ts";
import { fill } from "../work/fill.node.ts";
import type { CallWork, GetWork, UploadWork, WorkItem } from "../work/work-item.node.ts";
import { memoryAtHand } from "./memory-at-hand.node.ts";
import { prepareRequest } from "./prepared.node.ts";

/** A run of a load. */
export interface Run {
  readonly width: Width;
  readonly seconds: number;
  /** Whether the time of each request is wanted. */
  readonly timed: boolean;
}

export interface LoadOptions {
  /** Where the load may write. */
  readonly folder: string;
  readonly cores: string | undefined;
  readonly signal: AbortSignal;
}

export type Load = (run: Run) => Promise<LoadResult>;

/** Gives the server what the work item needs, checks its answer once, and returns what puts the load on. */
export async function loadOf(
  work: WorkItem,
  server: BenchServer,
  options: LoadOptions,
): Promise<Load> {
  return work.kind === "call" || work.kind === "get"
    ? await repeated(work, server, options)
    : uploading(work, server, options);
}

async function repeated(
  work: CallWork | GetWork,
  server: BenchServer,
  { folder, cores, signal }: LoadOptions,
): Promise<Load> {
  const made = new MadeUpBlobs(work.sizeBytes, work.blobs);
  await fill(server, made, work.kind === "call" && work.needsAction);
  const request = await prepareRequest(work, server, { made, folder });
  return async ({ width, seconds, timed }) => {
    // Over HTTP/1.1 a connection has one request at a time: as many at once take as many connections.
    const isHttp1 = request.protocol === "http/1.1";
    const connections = isHttp1 ? width.connections * width.streams : width.connections;
    const streams = isHttp1 ? 1 : width.streams;
    const log = timed ? { logFolder: folder } : {};
    const options = { width: { connections, streams }, seconds, cores, signal, ...log };
    return await h2load(request, options);
  };
}

/** Bytes that are uploaded at most in a second that was asked for: what waits for the disk stays below where the system holds writers up. */
const BYTES_PER_SECOND = 512 * MIB;

/** Requests that are made at most in such a second: more than any server takes, and few enough to be ready soon. */
const REQUESTS_PER_SECOND: Readonly<Record<UploadKind, number>> = {
  write: 30_000,
  batch: 1500,
  put: 30_000,
};

function uploading(
  work: UploadWork,
  server: BenchServer,
  { folder, cores, signal }: LoadOptions,
): Load {
  const address = work.kind === "put" ? server.http : server.grpc;
  const { kind, sizeBytes, blobs: blobsPerRequest } = work;
  let firstBlob = 0;
  return async ({ width, seconds }) => {
    const isHttp1 = kind === "put";
    const plan = {
      kind,
      port: Number(new URL(`http://${address ?? ""}`).port),
      authorization: server.authorization,
      sizeBytes,
      blobsPerRequest,
      requests: Math.ceil(
        seconds *
          Math.min(REQUESTS_PER_SECOND[kind], BYTES_PER_SECOND / (sizeBytes * blobsPerRequest)),
      ),
      firstBlob,
      seconds,
      width: isHttp1 ? { connections: width.connections * width.streams, streams: 1 } : width,
    };
    firstBlob += plan.requests * blobsPerRequest;
    // What was uploaded before, to whichever server, is not to be written during this run.
    await promisify(execFile)("sync", { signal });
    await memoryAtHand(folder, plan.requests * blobsPerRequest * sizeBytes, signal);
    return await runUploads(plan, { cores, signal });
  };
}
