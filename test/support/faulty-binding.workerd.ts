/** What happens to a request: it is done, it is lost on the way, or it is done and its answer is lost. */
export type Fate = "done" | "lost" | "answer lost";

/** A binding as the platform has it on a bad day: calls of its methods, in their order, meet with these fates, and then are done. */
export function faulty<Binding extends object>(
  binding: Binding,
  methods: readonly (keyof Binding)[],
  fates: readonly Fate[],
  failure: string,
): Binding {
  const left = [...fates];
  return new Proxy(binding, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const method = (...args: readonly unknown[]): unknown => Reflect.apply(value, target, args);
      if (!methods.some((each) => each === name)) return method;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        const fate = left.shift() ?? "done";
        const answer: unknown = fate === "lost" ? undefined : await method(...args);
        if (fate === "done") return answer;
        throw new Error(failure);
      };
    },
  });
}

/** A binding some of whose methods do something else. */
export function changed<Binding extends object>(
  binding: Binding,
  methods: Partial<Record<keyof Binding, unknown>>,
): Binding {
  return new Proxy(binding, {
    get: (target, name): unknown =>
      Reflect.get(Object.hasOwn(methods, name) ? methods : target, name),
  });
}
