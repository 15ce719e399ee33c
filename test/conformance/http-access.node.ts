import { isPresent, randomBlob } from "./blobs.ts";
import { check, clientsOn, type Fixture } from "./check.ts";
import { cachePath, http, type HttpAnswer, STORED } from "./http.node.ts";
import { credentialsOf, UNKNOWN_TOKEN } from "./roles.ts";

type Step = Parameters<typeof http>[1];

async function showing(f: Fixture, authorization: string, step: Step): Promise<HttpAnswer> {
  return await http(f, { ...step, headers: { ...step.headers, authorization } });
}

/** Every form in which a client may write a name and its password. */
function basicForms(name: string, password: string): readonly string[] {
  const padded = Buffer.from(`${name}:${password}`).toString("base64");
  const other = padded.replaceAll("+", "-").replaceAll("/", "_");
  return [padded, other].flatMap((text) => [text, text.replace(/=+$/, "")]);
}

/** What the HTTP cache of a server that asks for tokens owes those who show them, and those who do not. */
export const httpAccess = [
  check(
    "20.15",
    "who shows nothing known is asked for it, who lacks a right is refused",
    async (f) => {
      const { write, read } = credentialsOf(f);
      const { digest, data } = randomBlob();
      for (const path of [cachePath(f, "cas", digest), cachePath(f, "ac", digest)]) {
        const put = { method: "PUT", path, body: data };
        for (const step of [{ path }, { method: "HEAD", path }, put]) {
          const bare = await http(f, step);
          const wrong = await showing(f, `Bearer ${UNKNOWN_TOKEN}`, step);
          for (const { status, headers } of [bare, wrong]) {
            f.expect(status, `${step.method} ${path}`).toBe(401);
            f.expect(headers["www-authenticate"]).toMatch(/^(?:basic|bearer)/i);
          }
        }
        f.expect((await showing(f, `Bearer ${read}`, { path })).status).toBe(404);
        f.expect((await showing(f, `Bearer ${read}`, put)).status).toBe(403);
      }
      const put = { method: "PUT", path: cachePath(f, "cas", digest), body: data };
      f.expect(STORED).toContain((await showing(f, `Bearer ${write}`, put)).status);
    },
  ),

  check("20.16", "a password comes in either alphabet of base64, padded or not", async (f) => {
    const { write } = credentialsOf(f);
    const path = cachePath(f, "cas", randomBlob().digest);
    const forms = ["", "u", "us", "use"].flatMap((name) => basicForms(name, write));
    f.expect(forms.join(" "), "the token shows where they differ").toMatch(/[+/].*[-_]/);
    for (const form of forms) {
      f.expect((await showing(f, `Basic ${form}`, { path })).status, form).toBe(404);
    }
    for (const form of ["", "=", "%%", Buffer.from(write).toString("base64")]) {
      f.expect((await showing(f, `Basic ${form}`, { path })).status, form).toBe(401);
    }
  }),

  check("20.19", "who may only read is refused a PUT, and goes on reading", async (f) => {
    const { write, read } = credentialsOf(f);
    using connection = f.target.connect({ authorization: `Bearer ${write}` });
    const blob = randomBlob(300_000);
    const path = cachePath(f, "cas", blob.digest);
    const put = { method: "PUT", path, body: blob.data };
    f.expect((await showing(f, `Bearer ${read}`, put)).status).toBe(403);
    f.expect(await isPresent(clientsOn(connection), f.instanceName, blob)).toBe(false);
    f.expect(STORED).toContain((await showing(f, `Bearer ${write}`, put)).status);
    f.expect((await showing(f, `Bearer ${read}`, put)).status).toBe(403);
    f.expect((await showing(f, `Bearer ${read}`, { path })).body).toEqual(blob.data);
  }),
];
