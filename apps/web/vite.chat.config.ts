import { defineConfig } from "vite";

/**
 * The chat for strangers and the page each customer has, which are loaded on foreign sites and on phones: the same components as the
 * console's, on Preact instead of React, so that they are small. Built behind the console, into the same directory.
 */
export default defineConfig({
  resolve: {
    conditions: ["@travelagent/source", "module", "browser", "import", "default"],
    alias: [
      { find: /^react-dom\/client$/, replacement: "preact/compat/client" },
      { find: /^react(?:-dom)?$/, replacement: "preact/compat" },
      { find: /^react\/jsx-(?:dev-)?runtime$/, replacement: "preact/jsx-runtime" },
    ],
  },
  build: {
    target: "es2023",
    modulePreload: false,
    assetsInlineLimit: 0,
    emptyOutDir: false,
    rolldownOptions: { input: { chat: "chat.html", portal: "portal.html" } },
  },
});
