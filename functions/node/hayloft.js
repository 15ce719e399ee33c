#!/usr/bin/env node
// Plain JavaScript, for the oldest Node that may start it: hands over to the Node that the project brings.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const main = new URL("main.node.ts", import.meta.url);
const own = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url));

if (Number.parseInt(process.versions.node, 10) >= 24) {
  await import(main.href);
} else if (existsSync(own)) {
  const child = spawn(own, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => child.kill(signal));
  }
  child.on("exit", (code) => process.exit(code ?? 1));
} else {
  console.error(
    `hayloft: Node ${process.versions.node} is too old; run npm ci, which brings a newer one`,
  );
  process.exitCode = 1;
}
