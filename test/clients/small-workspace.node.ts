import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** One action for each kind of output that a cache has to carry. */
const BUILD_FILE = `
load(":folder.bzl", "folder")

genrule(name = "noisy", outs = ["noisy.txt"], cmd = "echo text > $@; echo out; echo err >&2")
genrule(name = "uses", srcs = ["noisy.txt"], outs = ["uses.txt"], cmd = "cat $< $< > $@")
genrule(name = "empty", outs = ["empty.txt"], cmd = ": > $@")
genrule(name = "large", outs = ["large.txt"], cmd = "seq 1000000 > $@")
genrule(name = "program", outs = ["program.sh"], cmd = "echo 'echo ran' > $@", executable = True)
folder(name = "tree")
genrule(name = "uses_tree", srcs = [":tree"], outs = ["listing.txt"], cmd = "ls -R $< > $@")
`;

const FOLDER_RULE = `
def _folder(ctx):
    out = ctx.actions.declare_directory(ctx.label.name)
    ctx.actions.run_shell(
        outputs = [out],
        command = "cd $1 && mkdir -p a/b && echo deep > a/b/c && echo top > d && : > a/empty",
        arguments = [out.path],
    )
    return DefaultInfo(files = depset([out]))

folder = rule(implementation = _folder)
`;

/** How many actions the workspace has, all of them cacheable. */
export const smallWorkspaceActions = 7;

/** Writes a Bazel workspace that needs no compiler into a subfolder, and gives that one's name. */
export async function smallWorkspace(folder: string): Promise<string> {
  const path = "small";
  await mkdir(join(folder, path));
  await Promise.all([
    writeFile(join(folder, path, "WORKSPACE"), ""),
    writeFile(join(folder, path, "BUILD"), BUILD_FILE),
    writeFile(join(folder, path, "folder.bzl"), FOLDER_RULE),
  ]);
  return path;
}
