import { digestFunctions } from "../../../shared/digest/digest-function.ts";
import type { Clients } from "../../conformance/check.ts";
import { drain, faultyFields, outcome, type Outcome } from "../../conformance/outcome.ts";
import { write } from "../../conformance/streams.ts";
import type { Offer } from "../offer.node.ts";
import { meaningOf, type NameForm } from "./name-rules.node.ts";

/** How a call with a name that is as it should be ends, by what it means: a blob that nobody has uploaded, or the empty one. */
interface Endings {
  readonly absent: Outcome;
  readonly empty: Outcome;
}

const FIELD = "resource_name";

/** Asks a server that holds nothing for a name, in each way that names can be used. Throws where an answer is another than expected. */
export async function askAbout(
  clients: Clients,
  resourceName: string,
  offer: Offer,
): Promise<void> {
  const { byteStream } = clients;
  const expectEnding = async (
    form: NameForm,
    call: Promise<unknown>,
    ends: Endings,
  ): Promise<void> => {
    const kind = kindOf(form, resourceName, offer);
    const expected = kind === "malformed" ? `InvalidArgument ${FIELD}` : ends[kind];
    const found = await ending(call);
    if (found === expected) return;
    const name = JSON.stringify(resourceName);
    throw new Error(`a call to ${form} ${name}, which is ${kind}, ended with ${found}`);
  };
  const reading = drain(byteStream.read({ resourceName }));
  await expectEnding("read", reading, { absent: "NotFound", empty: "OK" });
  const query = byteStream.queryWriteStatus({ resourceName });
  await expectEnding("write", query, { absent: "OK", empty: "OK" });
  const writing = write(clients, [{ resourceName, finishWrite: true }]);
  await expectEnding("write", writing, { absent: "InvalidArgument", empty: "OK" });
}

function kindOf(form: NameForm, text: string, offer: Offer): keyof Endings | "malformed" {
  const meaning = meaningOf(form, text, offer);
  if (meaning === undefined) return "malformed";
  const isEmpty =
    meaning.sizeBytes === 0 && meaning.hash === digestFunctions[meaning.function].emptyHash;
  return isEmpty ? "empty" : "absent";
}

/** How a call ends, and whether it is for its resource name. */
async function ending(call: Promise<unknown>): Promise<string> {
  const [found, fields] = [await outcome(call), await faultyFields(call)];
  return fields.includes(FIELD) ? `${found} ${FIELD}` : found;
}
