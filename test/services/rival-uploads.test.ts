import { it } from "vitest";
import { RivalUploads } from "../../shared/services/rival-uploads.ts";

it("an upload whose call was over before leaves nothing behind", async ({ expect }) => {
  const rivals = new RivalUploads();
  const signal = AbortSignal.abort(new Error("gone"));
  await expect(rivals.run("blob", signal, () => Promise.resolve())).rejects.toThrow("gone");
  expect(rivals.underWay).toBe(0);
});

it("uploads are under way until they have ended, and the first to end ends the others", async ({
  expect,
}) => {
  const rivals = new RivalUploads();
  const { signal } = new AbortController();
  const lost = rivals.run("blob", signal, async (own) => {
    await new Promise<void>((resolve) => {
      own.addEventListener("abort", () => resolve());
    });
    own.throwIfAborted();
  });
  expect(rivals.underWay).toBe(1);
  expect(await rivals.run("blob", signal, () => Promise.resolve())).toBe("stored");
  expect(await lost).toBe("present");
  expect(rivals.underWay).toBe(0);
});
