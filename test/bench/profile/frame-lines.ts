import type { Frame } from "./top-frames.ts";

/** A table of functions, for a terminal. */
export function frameLines(title: string, frames: readonly Frame[]): string {
  const lines = frames.map(
    ({ name, place, share }) => `${(share * 100).toFixed(1).padStart(5)} %  ${name}  ${place}`,
  );
  return [`\n${title}`, ...lines].join("\n");
}
