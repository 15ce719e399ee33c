import { outcome } from "../../../conformance/outcome.ts";
import { absentDigest } from "../made-up-blob.node.ts";
import { Trouble } from "../trouble.ts";
import type { MadeUpAction } from "./made-up-action.node.ts";
import { promised, type Visit, type Work } from "./visit.node.ts";

const MOST_OUTPUTS = 5;
const MOST_STDOUT_BYTES = 3000;

/** What builds do with action results. */
export const actionWork: readonly Work[] = [
  {
    name: "UpdateActionResult",
    weight: 6,
    run: async (visit) => {
      const { way, random, order } = visit;
      const outputs = visit.blobs.pick(random, random.below(MOST_OUTPUTS));
      const stdout = new Uint8Array(random.below(MOST_STDOUT_BYTES)).fill(random.below(256));
      const action: MadeUpAction = { digest: absentDigest(random), stdout, outputs };
      const sinceMs = Date.now();
      await way.clients.actions.updateActionResult({
        instanceName: order.instanceName,
        actionDigest: action.digest,
        actionResult: {
          stdoutRaw: stdout,
          outputFiles: outputs.map(({ digest }, index) => ({ path: `out/${index}`, digest })),
        },
      });
      given(visit, action, sinceMs);
    },
  },
  {
    name: "GetActionResult",
    weight: 16,
    run: async (visit) => {
      const { way, random, order } = visit;
      const [action] = visit.actions.pick(random, 1);
      if (action === undefined) return;
      const { digest: actionDigest, outputs, stdout } = action;
      const { instanceName } = order;
      const sinceMs = Date.now();
      const found = way.clients.actions.getActionResult({ instanceName, actionDigest });
      if ((await outcome(found)) === "NotFound") {
        visit.actions.forget(actionDigest.hash);
        throw new Trouble("broken promise", `the result of ${actionDigest.hash} is gone`);
      }
      const { stdoutRaw, outputFiles } = await found;
      const names = outputFiles.map(({ digest }) => digest?.hash).join(" ");
      const isAsWritten = names === outputs.map(({ digest }) => digest.hash).join(" ");
      if (!isAsWritten || Buffer.compare(stdoutRaw, stdout) !== 0) {
        throw new Trouble("wrong bytes", `the result of ${actionDigest.hash} is another one`);
      }
      given(visit, action, sinceMs);
    },
  },
  {
    name: "GetActionResult of nothing",
    weight: 6,
    run: async ({ way, random, order: { instanceName } }) => {
      const actionDigest = absentDigest(random);
      const call = way.clients.actions.getActionResult({ instanceName, actionDigest });
      const ended = await outcome(call);
      if (ended !== "NotFound") throw new Error(`ended with ${ended}`);
    },
  },
];

/** A result is promised together with what it refers to. */
function given(visit: Visit, action: MadeUpAction, sinceMs: number): void {
  const bytes = action.stdout.byteLength + 1;
  visit.actions.given(action.digest.hash, { item: action, bytes }, sinceMs);
  promised(visit, action.outputs, sinceMs);
}
