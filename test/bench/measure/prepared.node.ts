import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { answerTo, envelope, open, openCall } from "../../support/raw-grpc.node.ts";
import type { H2loadRequest } from "../load/h2load.node.ts";
import type { MadeUpBlobs } from "../made-up-blobs.node.ts";
import type { BenchServer } from "../servers/bench-server.ts";
import { messagesIn } from "../work/messages.node.ts";
import type { CallWork, GetWork } from "../work/work-item.node.ts";

/** The request of a work item as h2load makes it, once its answer was found right. */
export async function prepareRequest(
  work: CallWork | GetWork,
  server: BenchServer,
  { made, folder }: { made: MadeUpBlobs; folder: string },
): Promise<H2loadRequest> {
  const { authorization } = server;
  if (work.kind === "get") {
    const url = `http://${server.http ?? ""}/cas/${made.digests.map(({ hash }) => hash).join("")}`;
    await checkGet(url, authorization, made);
    return {
      url,
      protocol: "http/1.1",
      headers: { authorization },
      bodyFile: undefined,
      answerBytes: work.sizeBytes,
    };
  }
  const body = envelope(work.request(made));
  const answerBytes = await checkCall(work, server, { made, body });
  const bodyFile = join(folder, "request");
  await mkdir(folder, { recursive: true });
  await writeFile(bodyFile, body);
  const headers = { "content-type": "application/grpc", te: "trailers", authorization };
  const url = `http://${server.grpc}${work.path}`;
  return { url, protocol: "h2", headers, bodyFile, answerBytes };
}

async function checkGet(url: string, authorization: string, made: MadeUpBlobs): Promise<void> {
  const response = await fetch(url, { headers: { authorization } });
  const body = Buffer.from(await response.arrayBuffer());
  if (response.ok && body.equals(Buffer.concat(made.pieces(0)))) return;
  throw new Error(`GET ${url} answers ${response.status} with ${body.byteLength} bytes`);
}

/** The bytes of the right answer. */
async function checkCall(
  work: CallWork,
  { grpc, authorization }: BenchServer,
  { made, body }: { made: MadeUpBlobs; body: Buffer },
): Promise<number> {
  const session = open(`http://${grpc}`);
  try {
    const call = openCall(session, work.path, { authorization });
    const answer = answerTo(call);
    call.end(body);
    const { status, message, body: answered } = await answer;
    if (status !== 0) throw new Error(`status ${String(status)}: ${message}`);
    work.check(messagesIn(answered), made);
    const anonymous = openCall(session, work.path);
    const refusal = answerTo(anonymous);
    anonymous.end(body);
    if ((await refusal).status !== UNAUTHENTICATED) throw new Error("it takes calls of strangers");
    return answered.byteLength;
  } finally {
    session.destroy();
  }
}

const UNAUTHENTICATED = 16;
