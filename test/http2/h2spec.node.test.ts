import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, it } from "vitest";
import { serve } from "./served.node.ts";

/** The program h2spec, which is no dependency: its tests run where it is. */
const program = process.env["HAYLOFT_H2SPEC"];

describe.skipIf(program === undefined)("h2spec", () => {
  it("finds nothing that RFC 9113 and RFC 7541 do not allow", async ({ expect }) => {
    await using served = await serve((stream) =>
      stream.receive({
        data: (bytes) => stream.release(bytes.byteLength),
        end: () => {
          stream.respond({ ":status": "200" });
          stream.write([Buffer.from("ten bytes.")]);
          stream.end();
        },
        close: () => {},
      }),
    );
    const options = ["--host", "127.0.0.1", "--port", String(served.port), "--strict"];
    const { stdout } = await promisify(execFile)(program ?? "", options);
    expect(stdout).toMatch(/\d+ tests, \d+ passed, 0 skipped, 0 failed/);
  });
});
