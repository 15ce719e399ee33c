import { emitters, type Emitter } from "../../shared/telemetry/instrument.ts";
import { allInstruments, instrumentNamed } from "../../shared/telemetry/instruments.ts";
import { familyOf, type PrometheusPage } from "../support/prometheus.ts";

/** One thing that a deployment has told of itself: the name of an instrument, and the labels that came with it. */
export interface Told {
  readonly name: string;
  readonly labels: readonly string[];
}

/**
 * The names of what a deployment declares, in order. Servers tell of trouble that there was none, by a 0 from the beginning; functions say
 * nothing of what has not happened, so that what is declared for them has to happen in a test.
 */
export function declaredFor(emitter: Emitter): readonly string[] {
  return allInstruments
    .filter((instrument) => emitters[instrument.emitters].includes(emitter))
    .map(({ name }) => name)
    .toSorted();
}

/** The names of what was told, in order. Throws where one came with other labels than are declared. */
export function namesOf(told: readonly Told[]): readonly string[] {
  for (const { name, labels } of told) {
    const declared = instrumentNamed(name).labels.toSorted().join();
    const came = labels.toSorted().join();
    if (came !== declared) {
      throw new Error(`${name} came with the labels "${came}", and declares "${declared}"`);
    }
  }
  return [...new Set(told.map(({ name }) => name))].toSorted();
}

/** What `/metrics` tells. */
export function toldByPage({ samples, types }: PrometheusPage): readonly Told[] {
  return samples.map(({ name, labels }) => ({
    name: familyOf(name, types),
    labels: Object.keys(labels).filter((label) => label !== "le"),
  }));
}
