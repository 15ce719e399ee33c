#!/usr/bin/env node
// Bazel names a program and no arguments of it.
process.argv.splice(2, 0, "credential-helper");
await import("./hayloft.js");
