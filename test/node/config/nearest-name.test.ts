import { expect, test } from "vitest";
import { nearestName } from "../../../functions/node/config/nearest-name.ts";

const names = ["store", "size", "tlsCert", "tlsKey", "digestFunctions"];

test.for([
  ["stor", "store"],
  ["SIZE", "size"],
  ["tls-cert", "tlsCert"],
  ["digestFunction", "digestFunctions"],
  ["isze", "size"],
  ["telemetry", undefined],
  ["", undefined],
] as const)("%s is near %s", ([name, nearest]) => {
  expect(nearestName(name, names)).toBe(nearest);
});
