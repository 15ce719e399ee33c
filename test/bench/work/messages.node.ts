/** What stands in front of a gRPC message. */
const ENVELOPE_BYTES = 5;

/** The messages in the body of an answer. Throws if it breaks off. */
export function messagesIn(body: Buffer): readonly Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at < body.byteLength;) {
    const start = at + ENVELOPE_BYTES;
    const end = start + body.readUInt32BE(at + 1);
    if (end > body.byteLength) throw new Error("an answer breaks off inside of a message");
    messages.push(body.subarray(start, end));
    at = end;
  }
  return messages;
}
