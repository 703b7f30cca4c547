/// <reference types="vite/client" />

/** Filled in by vite.config.ts. */
interface ImportMetaEnv {
  readonly APP_ID: string;
  readonly MANDATE_URL: string;
}
