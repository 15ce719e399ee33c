import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { IgnoreMode } from "aws-cdk-lib";
import { Platform } from "aws-cdk-lib/aws-ecr-assets";
import { ContainerImage } from "aws-cdk-lib/aws-ecs";

const root = new URL("../../", import.meta.url);

/** The Node server as an image, which `cdk deploy` builds with Docker; nothing but what the Dockerfile copies is sent there. */
export function replicaImage(): ContainerImage {
  return ContainerImage.fromAsset(fileURLToPath(root), {
    file: "infra/aws/replica.dockerfile",
    platform: Platform.LINUX_ARM64,
    buildArgs: { NODE_VERSION: readFileSync(new URL(".node-version", root), "utf8").trim() },
    ignoreMode: IgnoreMode.DOCKER,
    exclude: [
      "*",
      "!package.json",
      "!package-lock.json",
      "!functions",
      "!shared",
      "!infra/aws/replica.dockerfile",
    ],
  });
}
