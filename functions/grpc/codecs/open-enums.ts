import type {
  Compressor_Value,
  DigestFunction_Value,
} from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";

// Enums are open in proto3: what newer clients know is for the handlers to refuse.

export function digestFunctionOf(value: number): DigestFunction_Value {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any number may come.
  return value as DigestFunction_Value;
}

export function compressorOf(value: number): Compressor_Value {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any number may come.
  return value as Compressor_Value;
}
