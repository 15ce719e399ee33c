/** Maps `items` in order, with at most `width` calls of `map` under way. The first failure ends it: no call begins after it. */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  width: number,
  map: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    try {
      while (next < items.length) {
        const index = next++;
        const item = items[index];
        // Only a sparse array has holes, and callers have none.
        if (item !== undefined) results[index] = await map(item, index);
      }
    } catch (error) {
      next = items.length;
      throw error;
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
