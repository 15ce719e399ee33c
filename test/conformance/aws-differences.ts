const WHOLE = "Lambda hands a request over once all of it is there";
const SIZE = "Lambda itself refuses a request above 6 MB";
const FRAMING = "Lambda does not say how a request told the end of its body";

/** Checks that ask of a Lambda function what it cannot have, by number, each with the reason. */
export const awsNotApplicable: ReadonlyMap<string, string> = new Map([
  ["1.12", WHOLE],
  ["7.3", SIZE],
  ["9.12", "ten thousand look-ups, one after the other, take the engines too long"],
  ["12.22", SIZE],
  ["20.12", FRAMING],
]);

const BEFORE_THE_END = "to answer before the request has ended: Lambda hands over whole ones";
const LENGTH = "to tell the length: Lambda answers in chunks";

/** Checks that leave out what a Lambda function cannot have, by number, each with what that is. */
export const awsPartly: ReadonlyMap<string, string> = new Map([
  ["5.10", "to take a blob above 6 MB in a request"],
  ["12.8", BEFORE_THE_END],
  ["12.11", BEFORE_THE_END],
  ["12.12", BEFORE_THE_END],
  ["12.19", BEFORE_THE_END],
  ["12.20", BEFORE_THE_END],
  ["20.9", LENGTH],
  ["20.10", LENGTH],
  ["20.18", BEFORE_THE_END],
]);
