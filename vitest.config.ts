import { defineConfig } from "vitest/config";

/** Tests run on source: packages find each other through the `@travelagent/source` export condition. */
const conditions = ["@travelagent/source", "import", "module", "node", "default"];
const shared = {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: ["@travelagent/source"] } },
};
const everywhere = ["packages/*/src/**/*.test.{ts,tsx}", "apps/*/src/**/*.test.{ts,tsx}", "examples/**/*.test.ts", "scripts/**/*.test.ts"];

export default defineConfig({
  test: {
    projects: [
      { ...shared, test: { name: "unit", include: everywhere, exclude: ["**/node_modules/**", "**/*.e2e.test.ts"], testTimeout: 20_000 } },
      // Real processes, one file after the other: they would take the machine from each other.
      { ...shared, test: { name: "e2e", include: ["apps/*/src/**/*.e2e.test.ts"], fileParallelism: false, testTimeout: 60_000, hookTimeout: 60_000 } },
    ],
  },
});
