import { type App, Tags } from "aws-cdk-lib";
import type { Bundles } from "./bundle.node.ts";
import { FunctionsStack } from "./functions-stack.node.ts";
import { ServiceStack } from "./service-stack.node.ts";
import { readSettings } from "./settings.node.ts";
import { StorageStack } from "./storage-stack.node.ts";

/** Everything that can be deployed, by the context of `app`; `image` is the folder that the replicas' is built from. Throws an error that names a wrong value and the remedy. */
export function addStacks(app: App, bundles: Bundles, image: string): void {
  // What others use cannot be taken away from under them.
  app.node.setContext("@aws-cdk/core:defaultCrossStackReferences", "strong");
  const settings = readSettings(app.node);
  const { name, certificateArn } = settings;
  Tags.of(app).add("hayloft", name);
  const storage = new StorageStack(app, settings, { description: "Hayloft: what is cached" });
  const functions = { storage, bundles };
  new FunctionsStack(app, settings, functions, { description: "Hayloft: the cache as functions" });
  if (certificateArn === undefined) return;
  const service = { storage, certificateArn, image };
  new ServiceStack(app, settings, service, { description: "Hayloft: the cache as replicas" });
}
