import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Tests run on source: packages find each other through the `@travelagent/source` export condition. */
const conditions = ["@travelagent/source", "import", "module", "node", "default"];
const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ["@travelagent/source"] } },
};
const everywhere = ["packages/*/src/**/*.test.{ts,tsx}", "apps/*/src/**/*.test.{ts,tsx}", "examples/**/*.test.ts", "scripts/**/*.test.ts"];

const realProcesses = ["apps/*/src/**/*.e2e.test.ts"];
const long = ["apps/gateway/src/e2e/kill.e2e.test.ts", "apps/gateway/src/compat/openclaw.e2e.test.ts"];

export default defineConfig({
  test: {
    projects: [
      // Two files at once on the smallest machine too: many of them wait for sockets and clocks.
      {
        ...shared,
        test: {
          name: "unit",
          include: everywhere,
          exclude: ["**/node_modules/**", "**/*.e2e.test.ts"],
          maxWorkers: Math.max(2, availableParallelism() - 1),
          testTimeout: 20_000,
        },
      },
      // Real processes: two files at once, since each waits more than it works, and no more, since they would take the machine from each other.
      {
        ...shared,
        test: { name: "e2e", include: realProcesses, exclude: ["**/node_modules/**", ...long], maxWorkers: 2, testTimeout: 60_000, hookTimeout: 60_000 },
      },
      // Minutes of killing and starting, and of waiting for an installation, in which the machine is idle most of the time: beside the unit tests.
      { ...shared, test: { name: "beside", include: long, maxWorkers: 2, testTimeout: 60_000, hookTimeout: 60_000 } },
    ],
  },
});
