const WHOLE = "Lambda hands a request over once all of it is there";
const SIZE = "Lambda itself refuses a request above 6 MB";
const CHUNKS = "Lambda answers in chunks, and tells no length";
const FRAMING = "Lambda does not say how a request told the end of its body";

/** Checks that ask of a Lambda function what it cannot have, by number, each with the reason. */
export const awsNotApplicable: ReadonlyMap<string, string> = new Map([
  ["1.12", WHOLE],
  ["5.10", SIZE],
  ["7.3", SIZE],
  ["9.12", "ten thousand look-ups, one after the other, take the engines too long"],
  ["12.8", WHOLE],
  ["12.11", WHOLE],
  ["12.12", WHOLE],
  ["12.19", WHOLE],
  ["12.22", SIZE],
  ["20.9", CHUNKS],
  ["20.10", CHUNKS],
  ["20.12", FRAMING],
  ["20.18", WHOLE],
]);
