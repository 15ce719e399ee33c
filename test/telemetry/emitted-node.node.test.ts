import { describe, expect, it } from "vitest";
import { type Hayloft, startHayloft } from "../support/hayloft.node.ts";
import { startLocalAws } from "../support/local-aws.node.ts";
import { parsePrometheus, type PrometheusPage } from "../support/prometheus.ts";
import { declaredFor, namesOf, toldByPage } from "./emitted.ts";
import { EveryInstrument } from "./every-instrument.node.ts";

/** A collector that is not there will do for traces. */
const traced = ["--trace-endpoint", "http://127.0.0.1:1"];

async function pageOf(server: Hayloft): Promise<PrometheusPage> {
  await new EveryInstrument({ baseUrl: server.url, protocol: "grpc" }).run();
  return parsePrometheus(await (await fetch(`${server.url}/metrics`)).text());
}

describe("a server tells all that is declared for it, and nothing else", () => {
  it("on a disk", async () => {
    await using server = await startHayloft({ args: traced });
    expect(namesOf(toldByPage(await pageOf(server)))).toEqual(declaredFor("disk"));
  });

  it("in memory", async () => {
    await using server = await startHayloft({ args: [...traced, "--store", "memory"] });
    expect(namesOf(toldByPage(await pageOf(server)))).toEqual(declaredFor("memory"));
  });

  it("over S3 and DynamoDB", async () => {
    await using aws = await startLocalAws();
    await using server = await startHayloft({ args: [...traced, ...aws.args], env: aws.env });
    const page = await pageOf(server);
    expect(namesOf(toldByPage(page))).toEqual(declaredFor("s3+dynamodb"));
    const billed = (service: string, operation: string): number =>
      page.sum("hayloft_billed_operations_total", { service, operation });
    expect(billed("s3", "PutObject")).toBeGreaterThan(0);
    expect(billed("s3", "GetObject")).toBeGreaterThan(0);
    expect(billed("dynamodb", "read_units")).toBeGreaterThan(0);
    expect(billed("dynamodb", "write_units")).toBeGreaterThan(0);
  });
});
