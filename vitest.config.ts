import { fileURLToPath } from "node:url";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** Tests of whole programs: they take minutes and much of the machine. */
const clients = ["test/clients/**/*.test.ts"];
const heavy = ["test/{streams,fuzz,concurrency,soak,disk/heavy}/**/*.test.ts"];

/** Tests of portable code, run in Node and once more in workerd, the runtime of Cloudflare Workers. */
const portable = ["test/{contracts,properties,services}/**/*.test.ts"];
const nodeOnly = ["**/*.node.test.ts"];
const workerdOnly = ["**/*.workerd.test.ts"];

/** Digests that are read in two ways are equal for every test. */
const setupFiles = [fileURLToPath(new URL("test/support/same-digests.ts", import.meta.url))];

const MINUTE_MS = 60_000;

/** Enough on a machine that has other work, and soon enough to tell of a hang. */
const testTimeout = MINUTE_MS;
/** Servers write what they hold before they end, and a busy disk takes its time to make that safe. */
const hookTimeout = MINUTE_MS;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "node",
          setupFiles,
          testTimeout,
          hookTimeout,
          include: ["test/**/*.test.ts"],
          exclude: [...workerdOnly, ...clients, ...heavy],
        },
      },
      {
        plugins: [
          cloudflareTest({
            miniflare: {
              compatibilityDate: "2026-11-01",
              d1Databases: ["INDEX", "EMPTY"],
              r2Buckets: ["OBJECTS"],
              bindings: { MIGRATIONS: await readD1Migrations("infra/cloudflare/migrations") },
            },
          }),
        ],
        test: {
          name: "workerd",
          setupFiles,
          testTimeout,
          hookTimeout,
          // A runtime for each file would take longer to start than the tests take, and they keep no state in modules.
          isolate: false,
          include: [...portable, "test/**/*.workerd.test.ts"],
          exclude: nodeOnly,
        },
      },
      {
        test: {
          name: "heavy",
          include: heavy,
          fileParallelism: false,
          testTimeout: 10 * MINUTE_MS,
          hookTimeout: MINUTE_MS,
        },
      },
      {
        test: {
          name: "clients",
          include: clients,
          fileParallelism: false,
          testTimeout: 20 * MINUTE_MS,
          hookTimeout: 20 * MINUTE_MS,
        },
      },
    ],
  },
});
