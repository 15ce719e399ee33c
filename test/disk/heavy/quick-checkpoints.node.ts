// Hayloft as it is, but with checkpoints so often that a test sees many: `node quick-checkpoints.node.ts serve FLAGS`.

import { readFlags } from "../../../functions/node/commands/flags.node.ts";
import { readOptions } from "../../../functions/node/options/options.node.ts";
import { serveFlags } from "../../../functions/node/options/serve-flags.node.ts";
import { serve } from "../../../functions/node/serve.node.ts";
import { checkpointMs } from "./promises.ts";

const { values } = readFlags(process.argv.slice(2), serveFlags);
await serve({ ...readOptions(values), checkpointMs });
