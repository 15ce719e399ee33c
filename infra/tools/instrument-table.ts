import { emitters } from "../../shared/telemetry/instrument.ts";
import { allInstruments } from "../../shared/telemetry/instruments.ts";
import { left, table } from "../costs/tables/markdown.ts";
import { withMarkedPart } from "./marked-part.ts";

/** The README of telemetry with the table of all instruments. */
export function withInstrumentTable(readme: string): string {
  return withMarkedPart(readme, "from the list of instruments", instrumentTable());
}

function instrumentTable(): string {
  const rows = allInstruments.map(({ name, type, labels, emitters: group, help }) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(", "),
    group === "everywhere" ? group : emitters[group].join(", "),
    help,
  ]);
  return table([left("name"), left("type"), left("labels"), left("told by"), left("help")], rows);
}
