// Imports the module that its argument names, as an edge runtime would resolve it, and prints every module that this loads.

import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

const entry = process.argv[2];
if (entry === undefined) throw new Error("usage: print-imports.node.ts MODULE");

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    process.stdout.write(`${resolved.url} imported by ${context.parentURL}\n`);
    return resolved;
  },
});
await import(pathToFileURL(entry).href);
