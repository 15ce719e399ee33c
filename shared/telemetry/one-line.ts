/** What needs a second look: most texts are of nothing else. */
const unusual = /[^ -~]/;

/** A text that stays in its line of a log, and does nothing to a terminal. */
export function oneLine(text: string): string {
  return unusual.test(text) ? text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "?") : text;
}
