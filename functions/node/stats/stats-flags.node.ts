import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type GetStatisticsRequestSchema,
  type ListStatisticsRequestSchema,
  SubjectKind,
} from "../../../shared/proto/gen/hayloft/v1/statistics_pb.ts";
import { type FlagValues, UsageError } from "../commands/flags.node.ts";

/** The flags of `hayloft stats` beside that of the token, in the order of the help text. */
export const statsFlags = [
  {
    name: "instance",
    value: "NAME",
    mayBeEmpty: true,
    fallback: "all instances that may be read",
    help: "main is that instance alone, main/** with all beneath it, and '' the one without a name",
  },
  {
    name: "invocation",
    value: "ID",
    fallback: "all requests",
    help: "one build: the invocation ID that Bazel prints, or that its --invocation_id sets",
  },
  {
    name: "principal",
    value: "SUBJECT",
    fallback: "all requests",
    help: "who made the requests, as the policy of --access calls it",
  },
  {
    name: "mnemonic",
    value: "NAME",
    fallback: "all requests",
    help: "actions of one kind, as CppCompile",
  },
  {
    name: "target",
    value: "LABEL",
    fallback: "all requests",
    help: "what was built, as //app:main",
  },
  { name: "tool", value: "NAME", fallback: "all requests", help: "what asked, as bazel" },
  {
    name: "header",
    value: "NAME=VALUE",
    fallback: "all requests",
    help: "requests with a header that hayloft serve has in --stats-header",
  },
  {
    name: "list",
    value: "KIND",
    fallback: "show one",
    help: "show all that are known instead, the latest first: instances, invocations, principals, mnemonics, targets, tools, or header:NAME; takes the right admin",
  },
  { name: "json", fallback: "text", help: "print JSON" },
] as const;

export type StatsValues = FlagValues<(typeof statsFlags)[number]["name"]>;

type Get = MessageInitShape<typeof GetStatisticsRequestSchema>;
type List = MessageInitShape<typeof ListStatisticsRequestSchema>;

/** What a run of `hayloft stats` asks for. */
export type StatsQuestion =
  | { readonly kind: "get"; readonly request: Get }
  | { readonly kind: "list"; readonly request: List };

/** Throws `UsageError`. */
export function readQuestion(values: StatsValues): StatsQuestion {
  const { instance, list } = values;
  const instances = instance === undefined ? {} : { instances: instance };
  const [subject, ...others] = subjectsIn(values);
  if (others.length > 0 || (list !== undefined && subject !== undefined)) {
    throw new UsageError("one subject at a time: leave all but one of the flags that name one out");
  }
  if (list !== undefined) return { kind: "list", request: { ...instances, ...parseKind(list) } };
  return { kind: "get", request: { ...instances, ...(subject && { subject }) } };
}

function subjectsIn(values: StatsValues): NonNullable<Get["subject"]>[] {
  const { invocation, principal, mnemonic, target, tool, header } = values;
  return [
    ...(invocation === undefined ? [] : [{ case: "invocationId", value: invocation } as const]),
    ...(principal === undefined ? [] : [{ case: "principal", value: principal } as const]),
    ...(mnemonic === undefined ? [] : [{ case: "mnemonic", value: mnemonic } as const]),
    ...(target === undefined ? [] : [{ case: "target", value: target } as const]),
    ...(tool === undefined ? [] : [{ case: "tool", value: tool } as const]),
    ...(header === undefined ? [] : [{ case: "header", value: parseHeader(header) } as const]),
  ];
}

function parseHeader(text: string): { readonly name: string; readonly value: string } {
  const equals = text.indexOf("=");
  if (equals > 0) return { name: text.slice(0, equals), value: text.slice(equals + 1) };
  throw new UsageError(`--header is ${JSON.stringify(text)}: give NAME=VALUE, as x-ci-job=nightly`);
}

const kinds: ReadonlyMap<string, SubjectKind> = new Map([
  ["instances", SubjectKind.INSTANCE],
  ["invocations", SubjectKind.INVOCATION],
  ["principals", SubjectKind.PRINCIPAL],
  ["mnemonics", SubjectKind.MNEMONIC],
  ["targets", SubjectKind.TARGET],
  ["tools", SubjectKind.TOOL],
]);

const HEADER = "header:";

function parseKind(text: string): List {
  if (text.startsWith(HEADER)) {
    return { kind: SubjectKind.HEADER, headerName: text.slice(HEADER.length) };
  }
  const kind = kinds.get(text);
  if (kind !== undefined) return { kind };
  const names = [...kinds.keys(), `${HEADER}NAME`].join(", ");
  throw new UsageError(`--list is ${JSON.stringify(text)}: give one of ${names}`);
}
