import { create } from "@bufbuild/protobuf";
import { describe, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import {
  ActionResultSchema,
  OutputFileSchema,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { findReferences } from "../../shared/services/action-references.ts";
import { digestsOf } from "../../shared/services/request-digests.ts";
import { absentDigest } from "../support/blobs.ts";
import { createCache } from "../support/cache.ts";
import { callFor } from "../support/calls.ts";
import { messageOf } from "../support/trees.ts";

describe("findReferences", () => {
  it(
    "gives up where there are more than can be looked after",
    { timeout: 60_000 },
    async ({ expect }) => {
      const { store, functions } = createCache();
      const result = create(ActionResultSchema);
      const find = () => findReferences(result, digestsOf("sha256", functions), store, callFor());
      const add = (index: number): void => {
        const digest = messageOf(absentDigest(index));
        result.outputFiles.push(create(OutputFileSchema, { path: "f", digest }));
      };
      for (let index = 0; index < limits.actionReferences; index++) add(index);
      add(0);
      expect((await find())?.length).toBe(limits.actionReferences);
      add(limits.actionReferences);
      expect(await find()).toBeUndefined();
    },
  );
});
