// Hayloft as it is, but with checkpoints so often that a test sees many: `node quick-checkpoints.node.ts serve FLAGS`.

import { readCommandLine } from "../../../functions/node/flags.node.ts";
import { readOptions } from "../../../functions/node/options.node.ts";
import { serve } from "../../../functions/node/serve.node.ts";
import { checkpointMs } from "./promises.ts";

const { values } = readCommandLine(process.argv.slice(2), process.env);
await serve({ ...readOptions(values), checkpointMs });
