import { styleText } from "node:util";
import type { LogEntry, LogFields, LogLevel, LogValue } from "../../../shared/telemetry/log.ts";
import { oneLine } from "../../../shared/telemetry/one-line.ts";

type Style = Parameters<typeof styleText>[0];

const levelStyles: Readonly<Record<LogLevel, Style>> = {
  debug: "gray",
  info: "green",
  warn: "yellow",
  error: ["bold", "red"],
};

/** An entry for people: time of day, level, message and fields in one line, and beneath it what is a list. */
export function textLine({ timeMs, level, message, fields }: LogEntry, hasColor: boolean): string {
  const styled = (style: Style, text: string): string =>
    hasColor ? styleText(style, text, { validateStream: false }) : text;
  const time = styled("gray", timeOfDay(timeMs));
  const parts = [`${time} ${styled(levelStyles[level], level.padEnd(5))} ${oneLine(message)}`];
  const beneath: string[] = [];
  for (const [name, value] of valuesOf(fields)) {
    if (typeof value === "object") beneath.push(...value.map((line) => lineOf(name, line)));
    else parts.push(`${styled("gray", `${name}=`)}${shown(value)}`);
  }
  return `${[parts.join(" "), ...beneath].join("\n")}\n`;
}

function valuesOf(fields: LogFields): [string, Exclude<LogValue, undefined>][] {
  return Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
}

function timeOfDay(timeMs: number): string {
  const date = new Date(timeMs);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()];
  const time = parts.map((part) => String(part).padStart(2, "0")).join(":");
  return `${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** What could be taken for more than one value is in quotes. */
function shown(value: string | number): string {
  const text = oneLine(String(value));
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}

function lineOf(name: string, line: string): string {
  return name === "stack" ? `    ${oneLine(line)}` : `  ${name}: ${oneLine(line)}`;
}
