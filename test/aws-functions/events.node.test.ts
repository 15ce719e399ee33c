import { describe, it } from "vitest";
import { type FunctionUrlEvent, requestOf } from "../../functions/aws/function-url-event.node.ts";
import { readAll } from "../support/bytes.ts";

const { signal } = new AbortController();

/** The example of AWS's guide to function URLs, with its cookies, its joined headers and all that we have no use for. */
const documented = {
  version: "2.0",
  routeKey: "$default",
  rawPath: "/my/path",
  rawQueryString: "parameter1=value1&parameter1=value2&parameter2=value",
  cookies: ["cookie1", "cookie2"],
  headers: { header1: "value1", header2: "value1,value2" },
  queryStringParameters: { parameter1: "value1,value2", parameter2: "value" },
  requestContext: {
    accountId: "123456789012",
    apiId: "<urlid>",
    authentication: null,
    authorizer: null,
    domainName: "<url-id>.lambda-url.us-west-2.on.aws",
    domainPrefix: "<url-id>",
    http: {
      method: "POST",
      path: "/my/path",
      protocol: "HTTP/1.1",
      sourceIp: "123.123.123.123",
      userAgent: "agent",
    },
    requestId: "id",
    routeKey: "$default",
    stage: "$default",
    time: "12/Mar/2020:19:03:58 +0000",
    timeEpoch: 1_583_348_638_390,
  },
  body: "Hello from client!",
  pathParameters: null,
  isBase64Encoded: false,
  stageVariables: null,
};

async function bodyOf(event: FunctionUrlEvent): Promise<string> {
  const { body } = requestOf(event, signal);
  return Buffer.from(await readAll(body as AsyncIterable<Uint8Array>)).toString("latin1");
}

describe("an event of a function URL", () => {
  it("is the request that the client made", async ({ expect }) => {
    const request = requestOf(documented, signal);
    expect(request).toMatchObject({
      method: "POST",
      url: `https://localhost/my/path?${documented.rawQueryString}`,
      signal,
    });
    expect([...request.header]).toEqual([
      ["content-length", "18"],
      ["header1", "value1"],
      ["header2", "value1,value2"],
    ]);
    expect(await bodyOf(documented)).toBe("Hello from client!");
  });

  it("has bytes in base64", async ({ expect }) => {
    const event = { ...documented, body: "/wCA", isBase64Encoded: true };
    expect(await bodyOf(event)).toBe("\u{FF}\u{0}\u{80}");
    expect(requestOf(event, signal).header.get("content-length")).toBe("3");
  });

  it("has text in UTF-8", async ({ expect }) => {
    const event = { ...documented, body: "é" };
    expect(await bodyOf(event)).toBe("\u{C3}\u{A9}");
    expect(requestOf(event, signal).header.get("content-length")).toBe("2");
  });

  it("without a body has an empty one", async ({ expect }) => {
    const { body: _, ...event } = documented;
    expect(await bodyOf(event)).toBe("");
    expect(requestOf(event, signal).header.get("content-length")).toBe("0");
  });

  it("without a query has none", ({ expect }) => {
    const { url } = requestOf({ ...documented, rawQueryString: "" }, signal);
    expect(url).toBe("https://localhost/my/path");
  });

  it("tells how long its body is, whatever the client said", ({ expect }) => {
    const headers = { "content-length": "1", "transfer-encoding": "chunked" };
    const { header } = requestOf({ ...documented, headers }, signal);
    expect([...header]).toEqual([["content-length", "18"]]);
  });

  it("may have headers that no header can have", ({ expect }) => {
    const headers = { "user-agent": "日本", accept: "é, */*" };
    const { header } = requestOf({ ...documented, headers }, signal);
    expect(header.get("user-agent")).toBeNull();
    expect(header.get("accept")).toBe("é, */*");
  });
});
