import { create, toBinary } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { TreeSchema } from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { writeResult } from "../support/action-results.ts";
import { absentDigest } from "../support/blobs.ts";
import { createCache } from "../support/cache.ts";
import { CallCounter } from "../support/overriding.ts";
import { directoryOf, messageOf } from "../support/trees.ts";

it("reads a Tree once, however often a result names it", async () => {
  const counter = new CallCounter();
  const cache = createCache(counter);
  const { message: root } = await directoryOf([absentDigest(1)]);
  const tree = await cache.keep(toBinary(TreeSchema, create(TreeSchema, { root })));
  await writeResult(cache, {
    outputDirectories: Array.from({ length: 1000 }, (_, index) => ({
      path: `out/${index}`,
      treeDigest: messageOf(tree.digest),
    })),
  });
  expect(counter.gets).toBe(1);
});
