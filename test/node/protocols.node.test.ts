import { readFileSync } from "node:fs";
import { fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { createClient, type Transport } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { digestFunctions } from "../../shared/digest/digest-function.ts";
import { defaultFunctions } from "../../shared/digest/served-functions.ts";
import { Capabilities } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { Health } from "../../shared/proto/gen/grpc/health/v1/health_pb.ts";
import {
  ServerReflection,
  type ServerReflectionRequestSchema,
} from "../../shared/proto/gen/grpc/reflection/v1/reflection_pb.ts";
import { ServerReflection as ServerReflectionAlpha } from "../../shared/proto/gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";

const certFile = new URL("fixtures/localhost.cert.pem", import.meta.url);
const keyFile = new URL("fixtures/localhost.key.pem", import.meta.url);

describe.each(["in the clear", "over TLS"] as const)("one port, %s", (mode) => {
  let server: Hayloft;
  let baseUrl: string;
  const nodeOptions = { ca: readFileSync(certFile) };

  beforeAll(async () => {
    const tls = ["--tls-cert", certFile.pathname, "--tls-key", keyFile.pathname];
    server = await startHayloft({ args: mode === "over TLS" ? tls : [] });
    baseUrl = `${mode === "over TLS" ? "https" : "http"}://${server.address}`;
  });

  afterAll(async () => {
    await server.stop();
  });

  const transports: Readonly<Record<string, () => Transport>> = {
    gRPC: () => createGrpcTransport({ baseUrl, nodeOptions }),
    "Connect on HTTP/2": () => createConnectTransport({ baseUrl, httpVersion: "2", nodeOptions }),
    "Connect on HTTP/1.1": () =>
      createConnectTransport({ baseUrl, httpVersion: "1.1", nodeOptions }),
    "gRPC-Web on HTTP/2": () => createGrpcWebTransport({ baseUrl, httpVersion: "2", nodeOptions }),
    "gRPC-Web on HTTP/1.1": () =>
      createGrpcWebTransport({ baseUrl, httpVersion: "1.1", nodeOptions }),
  };

  test.each(Object.keys(transports))("speaks %s", async (name) => {
    const transport = transports[name]?.();
    if (transport === undefined) throw new Error(name);
    const { cacheCapabilities } = await createClient(Capabilities, transport).getCapabilities({});
    const offered = defaultFunctions.map((each) => digestFunctions[each].value);
    expect(cacheCapabilities?.digestFunctions).toEqual(offered);
  });

  test("answers gRPC health checks, for the server and each service", async () => {
    const health = createClient(Health, createGrpcTransport({ baseUrl, nodeOptions }));
    const { statuses } = await health.list({});
    expect(Object.keys(statuses)).toContain("google.bytestream.ByteStream");
    for (const service of ["", ...Object.keys(statuses)]) {
      expect((await health.check({ service })).status).toBe(1);
    }
    await expect(health.check({ service: "no.Such" })).rejects.toThrow(/no\.Such/);
  });
});

describe("reflection", () => {
  let server: Hayloft;

  beforeAll(async () => {
    server = await startHayloft();
  });

  afterAll(async () => {
    await server.stop();
  });

  type Question = Exclude<
    MessageInitShape<typeof ServerReflectionRequestSchema>["messageRequest"],
    undefined
  >;

  async function ask(messageRequest: Question) {
    const client = createClient(ServerReflection, createGrpcTransport({ baseUrl: server.url }));
    const answers = client.serverReflectionInfo(iterate([{ host: "h", messageRequest }]));
    for await (const { messageResponse } of answers) return messageResponse;
    throw new Error("no answer");
  }

  test("lists the services, and describes each with all it needs", async () => {
    const list = await ask({ case: "listServices", value: "" });
    if (list.case !== "listServicesResponse") throw new Error(list.case);
    const names = list.value.service.map(({ name }) => name);
    expect(names).toContain("build.bazel.remote.execution.v2.ContentAddressableStorage");
    for (const name of names) {
      const described = await ask({ case: "fileContainingSymbol", value: name });
      if (described.case !== "fileDescriptorResponse") throw new Error(described.case);
      const files = described.value.fileDescriptorProto.map((bytes) =>
        fromBinary(FileDescriptorProtoSchema, bytes),
      );
      const known = files.map((file) => file.name);
      for (const file of files) expect(known).toEqual(expect.arrayContaining(file.dependency));
    }
  });

  test("finds a file by its name, a message and a method in theirs", async () => {
    for (const question of [
      { case: "fileByFilename", value: "google/bytestream/bytestream.proto" },
      { case: "fileContainingSymbol", value: "google.bytestream.ReadRequest" },
      { case: "fileContainingSymbol", value: "google.bytestream.ByteStream.Read" },
    ] as const) {
      expect((await ask(question)).case).toBe("fileDescriptorResponse");
    }
  });

  test("says what it does not know", async () => {
    const extension = { containingType: "google.rpc.Status", extensionNumber: 1 };
    for (const question of [
      { case: "fileByFilename", value: "no/such.proto" },
      { case: "fileContainingSymbol", value: "no.Such" },
      { case: "fileContainingExtension", value: extension },
    ] as const) {
      expect((await ask(question)).case).toBe("errorResponse");
    }
  });

  test("answers under its old name too", async () => {
    const transport = createGrpcTransport({ baseUrl: server.url });
    const question = { case: "fileContainingSymbol", value: "grpc.health.v1.Health" } as const;
    const answers = createClient(ServerReflectionAlpha, transport).serverReflectionInfo(
      iterate([{ messageRequest: question }]),
    );
    for await (const { messageResponse, originalRequest } of answers) {
      expect(messageResponse.case).toBe("fileDescriptorResponse");
      expect(originalRequest?.messageRequest).toEqual(question);
    }
  });
});

async function* iterate<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
