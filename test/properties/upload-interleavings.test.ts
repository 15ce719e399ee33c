import fc from "fast-check";
import { describe, it } from "vitest";
import { blobOf } from "../support/blobs.ts";
import { runs } from "../support/runs.ts";
import { UploadModel } from "../support/upload-model.ts";
import { uploadSteps } from "../support/upload-steps.ts";

describe("uploads that break off, go on, begin again and overtake each other at random", () => {
  it("never mix, can always be made, and leave nothing else", async () => {
    const blobs = [await blobOf(1000, 1), await blobOf(1500, 2)];
    await fc.assert(
      fc.asyncProperty(uploadSteps, async (steps) => {
        const model = new UploadModel(blobs);
        for (const step of steps) {
          await model.take(step);
          model.check();
        }
        await model.close();
      }),
      runs,
    );
  });
});
