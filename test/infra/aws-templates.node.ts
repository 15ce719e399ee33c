import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import type { Bundles } from "../../infra/aws/bundle.node.ts";
import { addStacks } from "../../infra/aws/stacks.node.ts";

/** What the assertions look at of a resource; every one here has properties. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export type Templates = Readonly<Record<string, Template>>;

/** Not what is deployed, but a template does not show that. */
const bundles: Bundles = { main: import.meta.dirname, sweep: import.meta.dirname };

/** The templates of all stacks, by name, as `cdk synth` makes them with a context. */
export async function synthesize(context: Readonly<Record<string, string>>): Promise<Templates> {
  const folder = await mkdtemp(join(tmpdir(), "hayloft-cdk-"));
  try {
    const image = join(folder, "image");
    await mkdir(image);
    await writeFile(join(image, "Dockerfile"), "FROM scratch\n");
    const app = new App({ outdir: join(folder, "out"), context, analyticsReporting: false });
    addStacks(app, bundles, image);
    const stacks = app.node.children.filter((child) => child instanceof Stack);
    return Object.fromEntries(
      stacks.map((stack) => [stack.stackName, Template.fromStack(stack)] as const),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The resources of all stacks, by name. */
export function resourcesOf(templates: Templates): Readonly<Record<string, Resource>> {
  const all = Object.values(templates).map(
    (template) => (template.toJSON() as { Resources: Record<string, Resource> }).Resources,
  );
  return Object.assign({}, ...all) as Record<string, Resource>;
}

export function ofType(templates: Templates, type: string): readonly Resource[] {
  return Object.values(resourcesOf(templates)).filter(({ Type }) => Type === type);
}

/** One sentence of a policy. */
export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** What roles are allowed. */
export function allowed(templates: Templates): readonly Statement[] {
  return ofType(templates, "AWS::IAM::Policy").flatMap(
    ({ Properties }) =>
      (Properties["PolicyDocument"] as { Statement: readonly Statement[] }).Statement,
  );
}

export function listed<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

/** A token that nobody uses, as a deployment knows it. */
export const tokenSha256: string = "ab".repeat(32);
export const readTokenSha256: string = "cd".repeat(32);

/** A deployment with everything that there is. */
export const everything = {
  tokenSha256,
  readTokenSha256,
  digestFunctions: "SHA256, blake3",
  certificateArn: "arn:aws:acm:us-east-1:111122223333:certificate/example",
  clients: "203.0.113.0/24,2001:db8::/32",
  alarmEmail: "builds@example.com",
  cloudFront: "true",
  quotaGiB: "100",
  compressAtRest: "zstd",
  logLevel: "info",
  metricsSeconds: "10",
  maxConcurrency: "50",
  replicas: "3",
} as const;
