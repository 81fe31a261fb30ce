import { defineConfig } from "vitest/config";

/** Tests run on source: packages find each other through the `@travelagent/source` export condition. */
export default defineConfig({
  resolve: { conditions: ["@travelagent/source", "import", "module", "node", "default"] },
  ssr: { resolve: { conditions: ["@travelagent/source", "import", "module", "node", "default"], externalConditions: ["@travelagent/source"] } },
  test: {
    include: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts", "apps/*/src/**/*.test.tsx", "scripts/**/*.test.ts", "examples/**/*.test.ts"],
    testTimeout: 20_000,
  },
});
