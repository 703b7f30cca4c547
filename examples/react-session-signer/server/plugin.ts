import type { Plugin } from "vite";
import { createApi } from "./api.ts";
import type { Settings } from "./settings.ts";

/**
 * Puts the app's server beside Vite's, so that one command starts both. `createApi` is a plain handler of Node's: in
 * an app of yours it would be a server of its own.
 */
export function appServer(settings: Settings): Plugin {
  return {
    name: "app-server",
    async configureServer(server) {
      const answer = await createApi(settings);
      server.middlewares.use((request, response, next) => {
        if (request.url?.startsWith("/api/")) void answer(request, response);
        else next();
      });
    },
  };
}
