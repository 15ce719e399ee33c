import { afterAll, describe, test } from "vitest";
import { type Check, type Clients, clientsOn } from "./check.ts";
import type { Shape } from "./shapes.ts";
import { accessSuite, httpAccessSuite, httpSuite, rpcSuite, type Suite } from "./suites.node.ts";
import { createTarget, type TargetOptions } from "./target.node.ts";
import type { Target } from "./target.ts";

const TIMEOUT_MS = 60_000;

/** Where a shape of ours runs at the moment. */
export type Place = Omit<TargetOptions, "protocol" | "knownGaps" | "notApplicable" | "partly">;

/** Defines a test for every check, in every protocol that the shape speaks. */
export function shapeConformance(shape: Shape, place: Place): void {
  const targets = targetsOf(shape, place);
  for (const target of targets) defineSuite(target.protocol, rpcSuite(target.protocol), target);
  for (const target of targets.slice(0, 1)) defineSuite("HTTP cache", httpSuite, target);
}

/** The same for every check of what tokens allow; the place needs some. */
export function accessConformance(shape: Shape, place: Place): void {
  const targets = targetsOf(shape, place);
  for (const target of targets) defineSuite(target.protocol, accessSuite, target);
  for (const target of targets.slice(0, 1)) defineSuite("HTTP cache", httpAccessSuite, target);
}

function targetsOf({ protocols, ...differences }: Shape, place: Place): readonly Target[] {
  const { knownGaps, notApplicable, partly } = differences;
  return protocols.map((protocol) =>
    createTarget({ ...place, protocol, knownGaps, notApplicable, partly }),
  );
}

export function defineSuite(name: string, suite: Suite, target: Target): void {
  describe(name, () => {
    const connection = target.connect();
    afterAll(() => connection[Symbol.dispose]());
    const clients = clientsOn(connection);
    for (const [section, checks] of Object.entries(suite)) {
      describe(section, () => checks.forEach((check) => defineTest(check, clients, target)));
    }
  });
}

/** A known gap must fail: one that passes was closed, and has to leave the list. */
function defineTest({ number, title, run }: Check, clients: Clients, target: Target): void {
  const gap = target.knownGaps.get(number);
  const define = gap === undefined ? test : test.fails;
  const name = gap === undefined ? `${number} ${title}` : `${number} ${title} (gap: ${gap})`;
  const beside = target.notApplicable.get(number);
  define(name, { timeout: TIMEOUT_MS }, async ({ expect, skip }) => {
    if (beside !== undefined) skip(beside);
    const instanceName = `conformance/${number}/${crypto.randomUUID()}`;
    const partly = target.partly.has(number);
    await run({ ...clients, target, instanceName, partly, expect, skip: unlisted });
  });
}

/** What is told of our own shapes has to be all that there is to tell. */
function unlisted(reason: string): never {
  throw new Error(`it does not apply (${reason}): list it where this shape's differences are`);
}
