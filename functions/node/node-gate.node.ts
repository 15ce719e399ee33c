import { readFile } from "node:fs/promises";
import { systemClock } from "../../shared/clock.ts";
import { Allowances, countingGate } from "../access/allowances.ts";
import type { Gate } from "../access/caller.ts";
import { gateOf } from "../access/gate.ts";
import { PolicyError } from "../access/parse-policy.ts";
import type { Policy } from "../access/policy.ts";
import type { ReportError } from "../telemetry/report-error.ts";
import { FlagMistake } from "./options/flag-mistake.node.ts";

/** The gate of a server, which another policy may take over at any time. What was spent of allowances stays spent. */
export class NodeGate {
  readonly allowances: Allowances = new Allowances(systemClock);
  readonly #report: ReportError;
  #gate: Gate;

  /** Throws `UsageError`. */
  constructor(policy: Policy, report: ReportError) {
    this.#report = report;
    this.#gate = this.#made(policy);
  }

  readonly pass: Gate = (caller) => this.#gate(caller);

  /** Who was let in by the last policy is asked again. Throws `UsageError`, and leaves things as they were. */
  renew(policy: Policy): void {
    this.#gate = this.#made(policy);
  }

  /** What a policy says of issuers is only understood where their keys are looked for. */
  #made(policy: Policy): Gate {
    try {
      const gate = gateOf(policy, {
        clock: systemClock,
        fetch: globalThis.fetch,
        report: this.#report,
        readFile: async (path) => await readFile(path, "utf8"),
        remedy: "start it with --access, or with --token-sha256",
      });
      return countingGate(gate, this.allowances);
    } catch (cause) {
      if (!(cause instanceof PolicyError)) throw cause;
      throw new FlagMistake({ flag: "access", remedy: cause.mistakes.join("; ") }, { cause });
    }
  }
}
