/** Offsets and lengths in content of that size, at least 500 bytes: whole, empty, at its ends and beyond them. */
export function rangesOf(size: number): readonly (readonly [number, number | undefined])[] {
  return [
    [0, undefined],
    [0, 1],
    [0, 0],
    [500, 0],
    [500, 7],
    [500, undefined],
    [size - 1, undefined],
    [size - 1, 1],
    [size - 3, 100],
    [0, size],
    [0, size + 1],
    [0, Number.MAX_SAFE_INTEGER],
    [1, Number.MAX_SAFE_INTEGER],
    [size, undefined],
    [size, 0],
    [size, 5],
  ];
}
