import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { createS3Client } from "../../shared/adapters/aws/aws-clients.node.ts";
import { type AwsEngine, bucket, credentials, region } from "../support/aws-engines.node.ts";

/** S3, with one bucket, and DynamoDB, as moto has them: in Python, and with what it is told by whoever asks. */
export async function startMoto(root: string): Promise<AwsEngine> {
  const moto = ["chroot", root, "moto_server", "-H", "127.0.0.1", "-p", "0"];
  const child = spawn("/usr/bin/unshare", ["--pid", "--fork", "--kill-child", ...moto], {
    env: {
      PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
      HOME: "/tmp",
      LC_ALL: "C.UTF-8",
      PYTHONUNBUFFERED: "1",
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said: string[] = [];
  let endpoint: string | undefined;
  for await (const line of createInterface(child.stderr)) {
    said.push(line);
    endpoint = /Running on (?<url>http:\S+)/.exec(line)?.groups?.["url"];
    if (endpoint !== undefined) break;
  }
  if (endpoint === undefined) throw new Error(`moto did not start:\n${said.join("\n")}`);
  child.stderr.resume();
  const client = createS3Client({ endpoint, credentials, region });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  client.destroy();
  return {
    endpoint,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await once(child, "close");
    },
  };
}
