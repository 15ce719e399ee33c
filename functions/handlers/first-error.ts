/** What went wrong first: where giving something back fails as well, what is thrown has both errors and says nothing of either. */
export function firstError(error: unknown): unknown {
  if (!(error instanceof SuppressedError)) return error;
  const suppressed: unknown = error.suppressed;
  return firstError(suppressed);
}
