import {
  createRegistry,
  type DescFile,
  type DescService,
  type Registry,
  toBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import type { ServerReflectionRequest } from "../../shared/proto/gen/grpc/reflection/v1/reflection_pb.ts";
import type { ServerReflectionRequest as AlphaRequest } from "../../shared/proto/gen/grpc/reflection/v1alpha/reflection_pb.ts";

/** The two versions of the service, v1 and v1alpha, differ in nothing but their name. */
type Request = ServerReflectionRequest | AlphaRequest;

type Question = ReturnType<typeof withoutVersion>;

type Answer =
  | { case: "listServicesResponse"; value: { service: { name: string }[] } }
  | { case: "fileDescriptorResponse"; value: { fileDescriptorProto: Uint8Array[] } }
  | { case: "errorResponse"; value: { errorCode: Code; errorMessage: string } };

interface Response {
  validHost: string;
  originalRequest: { host: string; messageRequest: Question };
  messageResponse: Answer;
}

/** Server reflection, for grpcurl and its like: which services there are, and the files that describe them. */
export function reflectionHandler(services: () => readonly DescService[]): {
  serverReflectionInfo: (
    requests: AsyncIterable<Request>,
  ) => AsyncGenerator<Response, void, undefined>;
} {
  return {
    serverReflectionInfo: async function* (requests) {
      const files = filesOf(services());
      const registry = createRegistry(...files.values());
      for await (const { host, messageRequest } of requests) {
        yield {
          validHost: host,
          originalRequest: { host, messageRequest: withoutVersion(messageRequest) },
          messageResponse: answer(messageRequest, { files, registry, services: services() }),
        };
      }
    },
  };
}

/** The oneof of a request as both versions take it back. */
function withoutVersion(request: Request["messageRequest"]):
  | Exclude<Request["messageRequest"], { case: "fileContainingExtension" }>
  | {
      case: "fileContainingExtension";
      value: { containingType: string; extensionNumber: number };
    } {
  if (request.case !== "fileContainingExtension") return request;
  const { containingType, extensionNumber } = request.value;
  return { case: request.case, value: { containingType, extensionNumber } };
}

interface Described {
  readonly files: ReadonlyMap<string, DescFile>;
  readonly registry: Registry;
  readonly services: readonly DescService[];
}

function answer(
  request: Request["messageRequest"],
  { files, registry, services }: Described,
): Answer {
  switch (request.case) {
    case "listServices": {
      const service = services.map(({ typeName }) => ({ name: typeName }));
      return { case: "listServicesResponse", value: { service } };
    }
    case "fileByFilename":
      return fileAnswer(files.get(request.value.replace(/\.proto$/, "")), request.value);
    case "fileContainingSymbol":
      return fileAnswer(fileOfSymbol(request.value, registry), request.value);
    case "fileContainingExtension":
    case "allExtensionNumbersOfType":
      return failure(Code.NotFound, "no extension is defined here");
    case undefined:
      return failure(Code.InvalidArgument, "the request asks for nothing");
  }
}

/** A symbol may be a service, a message, an enum, or a member of one of them. */
function fileOfSymbol(symbol: string, registry: Registry): DescFile | undefined {
  const found = registry.get(symbol) ?? registry.get(symbol.slice(0, symbol.lastIndexOf(".")));
  return found?.file;
}

function fileAnswer(file: DescFile | undefined, asked: string): Answer {
  if (file === undefined) return failure(Code.NotFound, `nothing here is called ${asked}`);
  const fileDescriptorProto = [...closure([file]).values()].map(({ proto }) =>
    toBinary(FileDescriptorProtoSchema, proto),
  );
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto } };
}

function failure(errorCode: Code, errorMessage: string): Answer {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}

function filesOf(services: readonly DescService[]): ReadonlyMap<string, DescFile> {
  return closure(services.map(({ file }) => file));
}

/** The files and all they import, by name without `.proto`. */
function closure(files: readonly DescFile[]): ReadonlyMap<string, DescFile> {
  const found = new Map<string, DescFile>();
  const queue = [...files];
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    if (found.has(file.name)) continue;
    found.set(file.name, file);
    queue.push(...file.dependencies);
  }
  return found;
}
