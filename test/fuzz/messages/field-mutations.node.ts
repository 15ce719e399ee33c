import type { DescMessage } from "@bufbuild/protobuf";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { mutate } from "../mutate.node.ts";
import type { Random } from "../random.node.ts";

/** One field of a message as it travels: its number, and its value with the length or count in front of it. */
interface Field {
  readonly number: number;
  readonly wireType: WireType;
  readonly value: Uint8Array;
}

const { Varint, Bit64, Bit32, LengthDelimited, StartGroup, EndGroup } = WireType;
const wireTypes = [Varint, Bit64, Bit32, LengthDelimited, StartGroup, EndGroup] as const;

const MAX_FIELD_NUMBER = 2 ** 29 - 1;

/** The encoded message with one to three mistakes in its fields, or in those of messages inside it. */
export function mutateFields(desc: DescMessage, bytes: Uint8Array, random: Random): Uint8Array {
  let fields = fieldsOf(bytes);
  // What no longer is a message can only be broken further.
  if (fields === undefined) return mutate(Buffer.from(bytes), random);
  for (let left = 1 + random.below(3); left > 0; left--) fields = mutated(fields, desc, random);
  return encoded(fields);
}

function fieldsOf(bytes: Uint8Array): readonly Field[] | undefined {
  const reader = new BinaryReader(bytes);
  const fields: Field[] = [];
  try {
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      fields.push({ number, wireType, value: reader.skip(wireType, number) });
    }
    return fields;
  } catch {
    return undefined;
  }
}

function encoded(fields: readonly Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const { number, wireType, value } of fields) writer.tag(number, wireType).raw(value);
  return writer.finish();
}

function mutated(fields: readonly Field[], desc: DescMessage, random: Random): readonly Field[] {
  if (fields.length === 0 || random.chance(0.1)) return [...fields, strangeField(random)];
  const at = random.below(fields.length);
  const field = fields[at] ?? strangeField(random);
  const inner = desc.fields.find(({ number }) => number === field.number)?.message;
  if (inner !== undefined && field.wireType === LengthDelimited && random.chance(0.6)) {
    const bytes = mutateFields(inner, contentOf(field), random);
    return fields.with(at, { ...field, value: lengthDelimited(bytes) });
  }
  return random.pick<() => readonly Field[]>([
    () => fields.toSpliced(at, 1),
    () => fields.toSpliced(at, 0, field),
    () => [...fields, ...Array.from({ length: 50 }, () => field)],
    () => fields.toReversed(),
    () => fields.with(at, { ...field, number: random.pick([1, 2, 15, 16, 99, MAX_FIELD_NUMBER]) }),
    () => fields.with(at, { ...strangeField(random), number: field.number }),
    () => fields.with(at, { ...field, wireType: random.pick(wireTypes) }),
    () => fields.with(at, { ...field, value: mutate(Buffer.from(field.value), random) }),
    () => fields.with(at, { ...field, value: new Uint8Array() }),
  ])();
}

/** What follows the length, whatever the length says by now. */
function contentOf({ value }: Field): Uint8Array {
  const lastOfLength = value.findIndex((byte) => byte < 0x80);
  return value.subarray(lastOfLength + 1);
}

function lengthDelimited(bytes: Uint8Array): Uint8Array {
  return new BinaryWriter().bytes(bytes).finish();
}

/** As large as an integer can be. */
const hugeVarint = new BinaryWriter().uint64(2n ** 64n - 1n).finish();

function strangeField(random: Random): Field {
  const number = random.pick([1, 3, 7, 1000, MAX_FIELD_NUMBER]);
  return random.pick<Field>([
    { number, wireType: Varint, value: hugeVarint },
    { number, wireType: Varint, value: Uint8Array.of(...hugeVarint, ...hugeVarint) },
    { number, wireType: Bit64, value: new Uint8Array(8).fill(0xff) },
    { number, wireType: Bit32, value: new Uint8Array(4) },
    { number, wireType: LengthDelimited, value: lengthDelimited(random.bytes(random.below(40))) },
    { number, wireType: LengthDelimited, value: nested(number, 1 + random.below(200)) },
    { number, wireType: StartGroup, value: groups(number, 1 + random.below(200)) },
    { number, wireType: EndGroup, value: new Uint8Array() },
  ]);
}

/** A field in a field in a field. */
function nested(number: number, depth: number): Uint8Array {
  let value = lengthDelimited(new Uint8Array());
  for (let left = depth; left > 0; left--) {
    value = lengthDelimited(encoded([{ number, wireType: LengthDelimited, value }]));
  }
  return value;
}

/** The rest of a group in a group in a group. */
function groups(number: number, depth: number): Uint8Array {
  const writer = new BinaryWriter();
  for (let left = depth; left > 1; left--) writer.tag(number, StartGroup);
  for (let left = depth; left > 0; left--) writer.tag(number, EndGroup);
  return writer.finish();
}
