import { invalidArgument, quote } from "../request-error.ts";
import { type InstanceName, parseInstanceName } from "./instance-name.ts";

/** Which instances something is about: `main` alone, `main/**` with all beneath it, `**` all there are. */
export interface InstanceGlob {
  /** The instance at the top; `undefined` is above all. */
  readonly top: InstanceName | undefined;
  readonly isDeep: boolean;
}

export const everyInstance: InstanceGlob = { top: undefined, isDeep: true };

const DEEP = "/**";

/** Throws INVALID_ARGUMENT. */
export function parseGlob(text: string): InstanceGlob {
  if (text === "**") return everyInstance;
  const isDeep = text.endsWith(DEEP);
  const name = isDeep ? text.slice(0, -DEEP.length) : text;
  if (name.includes("*") || (isDeep && name === "")) {
    throw invalidArgument(
      "instance",
      `${quote(text)} has a * elsewhere than in ** or in /** at its end`,
    );
  }
  return { top: parseInstanceName(name, "instance"), isDeep };
}

/** The text that gives this glob again. */
export function formatGlob({ top, isDeep }: InstanceGlob): string {
  if (top === undefined) return "**";
  return isDeep ? `${top}${DEEP}` : top;
}

export function mistakeInGlob(text: string): string | undefined {
  try {
    // What stands in place of a name is checked once it is known.
    parseGlob(text.replaceAll(/\{\w+\}/g, "x"));
    return undefined;
  } catch (error) {
    return String(error);
  }
}

export function covers({ top, isDeep }: InstanceGlob, instanceName: InstanceName): boolean {
  if (top === undefined || top === instanceName) return true;
  return isDeep && isBeneath(instanceName, top);
}

/** Whether one glob covers every instance that the other does, those included that there may be one day. */
export function includes(wide: InstanceGlob, narrow: InstanceGlob): boolean {
  if (wide.top === undefined) return true;
  if (narrow.top === undefined || (narrow.isDeep && !wide.isDeep)) return false;
  return covers(wide, narrow.top);
}

/** Whether a name begins with all segments of another, and has more. */
export function isBeneath(instanceName: InstanceName, top: InstanceName): boolean {
  return top !== "" && instanceName.startsWith(`${top}/`);
}

/** The instances above one, the nearest first. The empty name is above none: it is one like any other. */
export function above(instanceName: InstanceName): readonly InstanceName[] {
  const segments = instanceName.split("/");
  return segments
    .slice(1)
    .map((_, index) => parseInstanceName(segments.slice(0, segments.length - 1 - index).join("/")));
}
