import {
  create,
  type DescEnum,
  type DescField,
  type DescMessage,
  type Message,
  ScalarType,
} from "@bufbuild/protobuf";
import { DurationSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import {
  BatchUpdateBlobsRequest_RequestSchema,
  DigestFunction_ValueSchema,
  DigestSchema,
} from "../../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { type Blob, type DigestInit, resized } from "../../conformance/blobs.ts";
import { MIB } from "../../support/bytes.ts";
import type { Random } from "../random.node.ts";
import { canary } from "../sessions.node.ts";
import { anyDigest } from "../strange-values.node.ts";
import { drawText } from "./draw-text.node.ts";
import type { Stock } from "./stock.node.ts";

/** Blob bytes in one message. */
const MAX_DATA_BYTES = 1 * MIB;

/** Messages that have a form of their own in JSON, which not all of them fit. */
const times = new Set<string>([DurationSchema.typeName, TimestampSchema.typeName]);

/** Messages of any kind, by their descriptors: mostly what a server understands, with something strange here and there. */
export class MessageDrawer {
  readonly #random: Random;
  readonly #stock: Stock;
  /** What one message speaks of shares a digest function, if it is to be understood. */
  #digestFunction = 0;
  #roomBytes = 0;

  constructor(stock: Stock, random: Random) {
    this.#stock = stock;
    this.#random = random;
  }

  draw(desc: DescMessage): Message {
    this.#digestFunction = this.#random.pick([0, 0, 0, 1, 1, 9, 9, 2, 99, -1]);
    this.#roomBytes = MAX_DATA_BYTES;
    return create(desc, this.#message(desc));
  }

  #message(desc: DescMessage): Record<string, unknown> {
    const { typeName } = desc;
    if (times.has(typeName)) return { seconds: BigInt(this.#random.below(1000)), nanos: 0 };
    if (typeName === DigestSchema.typeName) return { ...this.#digest() };
    if (typeName === BatchUpdateBlobsRequest_RequestSchema.typeName) return this.#batchEntry();
    const members = desc.members
      .filter(() => !this.#random.chance(0.15))
      .map((member): [name: string, value: unknown] => {
        if (member.kind === "field") return [member.localName, this.#field(member)];
        const field = this.#random.pick(member.fields);
        return [member.localName, { case: field.localName, value: this.#field(field) }];
      });
    return Object.fromEntries(members);
  }

  #field(field: DescField): unknown {
    switch (field.fieldKind) {
      case "scalar":
        return this.#scalar(field, field.scalar);
      case "enum":
        return this.#enum(field.enum);
      case "message":
        return isWrapper(field.message) ? undefined : this.#message(field.message);
      case "list":
        return Array.from({ length: this.#count() }, () => this.#item(field));
      case "map":
        return {};
    }
  }

  #item(field: DescField & { fieldKind: "list" }): unknown {
    switch (field.listKind) {
      case "scalar":
        return this.#scalar(field, field.scalar);
      case "enum":
        return this.#enum(field.enum);
      case "message":
        return this.#message(field.message);
    }
  }

  #count(): number {
    return this.#random.chance(0.01) ? 2000 : this.#random.pick([0, 1, 1, 2, 3, 8]);
  }

  #scalar({ name }: DescField, type: ScalarType): unknown {
    const random = this.#random;
    switch (type) {
      case ScalarType.STRING:
        return drawText(name, this.#stock, random);
      case ScalarType.BYTES:
        return random.chance(0.7) ? this.#data() : random.bytes(random.below(300));
      case ScalarType.BOOL:
        return random.chance(0.5);
      case ScalarType.DOUBLE:
      case ScalarType.FLOAT:
        return random.pick([0, 1.5, -1, Infinity, Number.NaN]);
      case ScalarType.INT64:
      case ScalarType.SINT64:
      case ScalarType.SFIXED64:
        return random.pick([0n, 0n, 1n, 100n, -1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)]);
      case ScalarType.UINT64:
      case ScalarType.FIXED64:
        return random.pick([0n, 1n, 2n ** 64n - 1n]);
      case ScalarType.UINT32:
      case ScalarType.FIXED32:
        return random.pick([0, 1, 2 ** 32 - 1]);
      case ScalarType.INT32:
      case ScalarType.SINT32:
      case ScalarType.SFIXED32:
        return random.pick([0, 0, 1, 10, -1, 2 ** 31 - 1, -(2 ** 31)]);
    }
  }

  #enum(desc: DescEnum): number {
    if (desc.typeName === DigestFunction_ValueSchema.typeName && this.#random.chance(0.9)) {
      return this.#digestFunction;
    }
    const known = desc.values.map(({ number }) => number);
    return this.#random.pick(this.#random.chance(0.85) ? known : [-1, 99, 2 ** 31 - 1]);
  }

  #batchEntry(): Record<string, unknown> {
    const blob = this.#blob();
    return {
      digest: this.#random.chance(0.6) ? blob.digest : this.#digest(),
      data: this.#random.chance(0.9) ? this.#data(blob) : this.#data(),
      compressor: this.#random.chance(0.8) ? 0 : this.#random.pick([1, 2, 3, 9, -1]),
    };
  }

  /** The bytes of a blob, until the message is large enough: one that is too large would tell nothing else. */
  #data({ data }: Blob = this.#blob()): Uint8Array {
    this.#roomBytes -= data.byteLength;
    return this.#roomBytes < 0 ? data.subarray(0, 10) : data;
  }

  #digest(): DigestInit {
    const blob = this.#random.chance(0.85) ? this.#blob() : canary;
    if (this.#random.chance(0.8)) return blob.digest;
    return this.#random.chance(0.3) ? resized(blob) : anyDigest(this.#random);
  }

  /** One that is there, mostly of the digest function that is spoken of. */
  #blob(): Blob {
    const wanted = this.#digestFunction === 9 ? 9 : 1;
    const fitting = this.#stock.blobs.filter(({ digestFunction }) => digestFunction === wanted);
    return this.#random.pick(this.#random.chance(0.9) ? fitting : this.#stock.blobs);
  }
}

/** Messages like `UInt32Value`, which stand as plain values in generated code. */
function isWrapper({ typeName }: DescMessage): boolean {
  return /^google\.protobuf\.\w+Value$/.test(typeName);
}
