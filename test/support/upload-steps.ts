import fc from "fast-check";

/** One thing that clients or the time do. Uploads and streams are named by any number. */
export type UploadStep =
  | { readonly kind: "ask" | "open" | "restart" | "rival"; readonly upload: number }
  | { readonly kind: "send" | "sendWrong"; readonly stream: number; readonly bytes: number }
  | { readonly kind: "finish" | "break" | "leave"; readonly stream: number }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "turn" };

const upload = fc.nat();
// The last one opened is the one that mostly goes on.
const stream = fc.oneof(fc.constant(0), fc.nat(5));

const step: fc.Arbitrary<UploadStep> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("ask"), upload }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("open"), upload }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("restart", "rival"), upload }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("send"), stream, bytes: fc.nat(500) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("sendWrong"), stream, bytes: fc.nat(9) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("finish", "break", "leave"), stream }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("wait"), ms: fc.nat(60) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("turn") }) },
);

export const uploadSteps: fc.Arbitrary<readonly UploadStep[]> = fc.array(step, { maxLength: 80 });
