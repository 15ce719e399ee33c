// What `cdk` runs, by cdk.json: makes the templates of all stacks.

import { App } from "aws-cdk-lib";
import { bundleServer } from "../container/bundle.node.ts";
import { bundleAll } from "./bundle.node.ts";
import { addStacks } from "./stacks.node.ts";

const app = new App({ analyticsReporting: false });
addStacks(app, await bundleAll(), await bundleServer());
app.synth();
