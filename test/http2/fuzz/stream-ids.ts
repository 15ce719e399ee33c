/** The stream that nothing is done to. */
export const goodStream = 1;

export const otherStreams: readonly number[] = [3, 5, 7, 9, 11, 13];
