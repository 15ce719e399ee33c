import type { ActionResult } from "../proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { invalidArgument, quote } from "../request-error.ts";
import type { RequestDigests } from "./request-digests.ts";

/**
 * Refuses an action result that no client should be given: malformed digests, and output paths that are absolute. Throws
 * INVALID_ARGUMENT that names the field.
 */
export function checkActionResult(result: ActionResult, digests: RequestDigests): void {
  result.outputFiles.forEach((file, index) => {
    const field = `action_result.output_files[${index}]`;
    checkName(file.path, `${field}.path`);
    if (file.digest !== undefined) digests.parse(file.digest, `${field}.digest`);
  });
  result.outputDirectories.forEach((directory, index) => {
    const field = `action_result.output_directories[${index}]`;
    checkPath(directory.path, `${field}.path`);
    if (directory.treeDigest !== undefined) {
      digests.parse(directory.treeDigest, `${field}.tree_digest`);
    }
    if (directory.rootDirectoryDigest !== undefined) {
      digests.parse(directory.rootDirectoryDigest, `${field}.root_directory_digest`);
    }
  });
  // oxlint-disable-next-line typescript/no-deprecated -- older clients fill the two that newer ones leave empty.
  const { outputSymlinks, outputFileSymlinks, outputDirectorySymlinks } = result;
  const symlinks = [...outputSymlinks, ...outputFileSymlinks, ...outputDirectorySymlinks];
  for (const { path } of symlinks) checkName(path, "action_result.output_symlinks.path");
  if (result.stdoutDigest !== undefined) {
    digests.parse(result.stdoutDigest, "action_result.stdout_digest");
  }
  if (result.stderrDigest !== undefined) {
    digests.parse(result.stderrDigest, "action_result.stderr_digest");
  }
}

/** A directory may be the working directory itself, whose path is empty; nothing else may. */
function checkName(path: string, field: string): void {
  if (path === "") throw invalidArgument(field, "is required");
  checkPath(path, field);
}

/** `..` is allowed: paths start at the action's working directory, and recc puts outputs beside that (`../out/a.o`). */
function checkPath(path: string, field: string): void {
  if (path.startsWith("/")) throw invalidArgument(field, `${quote(path)} is absolute`);
}
