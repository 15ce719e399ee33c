import { StoreError, type StoreErrorCode } from "../../stores/store-error.ts";

/** What the system calls its errors, where it is more than that something did not work. */
const codes: Readonly<Record<string, StoreErrorCode>> = {
  ENOSPC: "exhausted",
  EDQUOT: "exhausted",
  EFBIG: "exhausted",
  EACCES: "denied",
  EPERM: "denied",
  EROFS: "denied",
};

/** What the system refused to do with a file, as the stores' users know trouble. `what` is the verb, and `where` what it is done to. */
export function fileTrouble(what: string, where: string, cause: unknown): StoreError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StoreError(codeOf(what, cause), `cannot ${what} ${where}: ${reason}`, { cause });
}

function codeOf(what: string, cause: unknown): StoreErrorCode {
  const name = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  // A sector that cannot be read is damaged, however healthy the rest.
  if (name === "EIO" && what === "read") return "corrupt";
  return codes[name] ?? "unavailable";
}
