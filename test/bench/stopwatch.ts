/** Seconds that `work` takes. */
export async function secondsOf(work: () => unknown): Promise<number> {
  const startMs = performance.now();
  await work();
  return (performance.now() - startMs) / 1000;
}
