import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { appServer } from "./server/plugin.ts";
import { readSettings } from "./server/settings.ts";

const folder = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const settings = readSettings(process.env, folder(".local"));

export default defineConfig({
  root: folder("."),
  cacheDir: folder(".vite"),
  clearScreen: false,
  plugins: [react(), appServer(settings)],
  // All that the page is told: public facts. The app's secret and the authorization key stay with the server.
  define: {
    "import.meta.env.APP_ID": JSON.stringify(settings.appId),
    "import.meta.env.MANDATE_URL": JSON.stringify(settings.url),
  },
  server: { host: "127.0.0.1", port: 5173, strictPort: true },
});
