import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The console for the agency's people. What customers load is built by `vite.chat.config.ts`. All pages run under a policy without inline scripts. */
export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ["@travelagent/source", "module", "browser", "import", "default"] },
  build: {
    target: "es2023",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { input: { index: "index.html" } },
  },
});
