import { abseilIn } from "../../clients/abseil.node.ts";
import { cleanBuild } from "../../clients/bazel.node.ts";
import { countByRunner, outputsOf, REMOTE_HIT } from "../../clients/execution-log.ts";
import type { BuildClient } from "./build-client.node.ts";

const targets = ["//absl/strings"];

/** Bazel builds a part of Abseil, by each protocol in turn, and one action at a time: the machine is the server's, too. */
export const bazelClient: BuildClient = {
  name: "Bazel 7.7, a part of Abseil",
  root: "sid",
  fits: () => true,
  prepare: async ({ folder, root, address, token, protocols, leaseMs }) => {
    const abseil = await abseilIn(folder, root);
    return async (number) => {
      const protocol = protocols[number % protocols.length] ?? "grpc";
      const flags = [
        "--jobs=1",
        `--remote_cache=${protocol}://${address}${protocol === "http" ? "/bazel" : ""}`,
        ...(protocol === "grpc" ? ["--remote_instance_name=bazel"] : []),
        ...(number % 2 === 0 ? ["--remote_cache_compression"] : []),
        `"--remote_header=Authorization=Bearer ${token}"`,
        "--remote_download_outputs=all",
        `--copt=-DHAYLOFT_SOAK=${number}`,
      ];
      const startMs = Date.now();
      const first = await cleanBuild(abseil, { targets, flags });
      const again = await cleanBuild(abseil, { targets, flags });
      const isUnderLease = Date.now() - startMs < leaseMs;
      const hits = countByRunner(again.spawns)[REMOTE_HIT] ?? 0;
      const same = outputsOf(again.spawns).join() === outputsOf(first.spawns).join();
      return [
        ...first.complaints,
        ...again.complaints,
        ...(isUnderLease && hits < first.spawns.length
          ? [`${hits} remote hits of ${first.spawns.length} actions in round ${number}`]
          : []),
        ...(isUnderLease && !same ? [`other outputs in round ${number}`] : []),
      ];
    };
  },
};
