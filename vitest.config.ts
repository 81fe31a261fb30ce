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
const waiting = "apps/gateway/src/compat/openclaw.e2e.test.ts";
const killing = "apps/gateway/src/e2e/kill.e2e.test.ts";

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
        test: {
          name: "e2e",
          include: realProcesses,
          exclude: ["**/node_modules/**", waiting, killing],
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      // Waits minutes for an installation, beside the unit tests.
      { ...shared, test: { name: "waiting", include: [waiting], testTimeout: 60_000, hookTimeout: 60_000 } },
      // Alone: a turn whose process is killed before it is done ends as a dead letter after some times, and with neighbours it is slower than its killer.
      { ...shared, test: { name: "killing", include: [killing], testTimeout: 60_000, hookTimeout: 60_000 } },
    ],
  },
});
