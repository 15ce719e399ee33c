/** Does one thing with some items and another with the rest, at the same time. What comes of each, in the order of the items. */
export async function inTwo<T, R>(
  items: readonly T[],
  isOne: (item: T) => boolean,
  doOnes: (ones: readonly T[]) => readonly R[] | Promise<readonly R[]>,
  doOthers: (others: readonly T[]) => Promise<readonly R[]>,
): Promise<readonly R[]> {
  const flags = items.map(isOne);
  if (!flags.includes(true)) return await doOthers(items);
  const [ones, others] = await Promise.all([
    doOnes(items.filter((_, index) => flags[index] === true)),
    doOthers(items.filter((_, index) => flags[index] === false)),
  ]);
  const results: R[] = [];
  let [nextOne, nextOther] = [0, 0];
  for (const flag of flags) {
    const result = flag ? ones[nextOne++] : others[nextOther++];
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each has one, which may be `undefined`.
    results.push(result as R);
  }
  return results;
}
