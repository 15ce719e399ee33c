/**
 * Calls `then` after `ms`, or now where that is less than none, once all has been read that had come by then. To break a connection with
 * a request unread would lose it, and a server that was too busy to read in time is no fault of its client's. Gives what calls it off.
 */
export function afterReading(ms: number, then: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(
    () => {
      // Timers run before sockets are read, and this after.
      immediate = setImmediate(then);
    },
    Math.max(0, ms),
  );
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
