import { RequestError } from "../../shared/request-error.ts";

/** Whether a parser takes its input. Refusing means INVALID_ARGUMENT: anything else it throws is a defect, and is passed on. */
export function accepts(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    if (error instanceof RequestError && error.code === "invalid-argument") return false;
    throw error;
  }
}
