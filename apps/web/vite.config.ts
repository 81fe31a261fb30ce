import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Three pages: the console for the agency's people, the chat for strangers, and the page each customer has. All run under a policy without inline scripts. */
export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ["@travelagent/source", "module", "browser", "import", "default"] },
  build: {
    target: "es2023",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { input: { index: "index.html", chat: "chat.html", portal: "portal.html" } },
  },
});
