// Uploads blobs that a server has not, as a program of its own on a core of its own: `node upload-load.node.ts PLAN`.

import { Http1Uploads } from "./http1-uploads.node.ts";
import { headerBlock } from "./http2-upload-frames.node.ts";
import { Http2Uploads } from "./http2-uploads.node.ts";
import { checkAnswer } from "./upload-answers.node.ts";
import type { UploadPlan, UploadReport } from "./upload-plan.ts";
import { prepareUploads, uploadPaths } from "./upload-requests.node.ts";
import type { Uploads } from "./uploads.node.ts";

const plan = JSON.parse(process.argv[2] ?? "") as UploadPlan;
const report = await run();
process.stdout.write(JSON.stringify(report));

async function run(): Promise<UploadReport> {
  const uploads = prepareUploads(plan).values();
  const { connections, streams } = plan.width;
  const opened = await Promise.all(Array.from({ length: connections }, open));
  const latenciesMs: number[] = [];
  const cpuBefore = process.cpuUsage();
  const startMs = performance.now();
  const endMs = startMs + plan.seconds * 1000;
  const work = async (connection: Uploads): Promise<void> => {
    // All share one iterator: each upload is made once.
    for (const pieces of uploads) {
      const beginMs = performance.now();
      if (beginMs >= endMs) return;
      checkAnswer(plan, await connection.upload(pieces));
      latenciesMs.push(performance.now() - beginMs);
    }
  };
  await Promise.all(opened.flatMap((one) => Array.from({ length: streams }, () => work(one))));
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  for (const connection of opened) connection.close();
  return { seconds, requests: latenciesMs.length, cpuSeconds: (user + system) / 1e6, latenciesMs };
}

async function open(): Promise<Uploads> {
  if (plan.kind === "put") return await Http1Uploads.open(plan.port);
  const headers = headerBlock({
    ":method": "POST",
    ":scheme": "http",
    ":path": uploadPaths[plan.kind],
    ":authority": `127.0.0.1:${plan.port}`,
    "content-type": "application/grpc",
    te: "trailers",
    authorization: plan.authorization,
  });
  return await Http2Uploads.open(plan.port, headers);
}
