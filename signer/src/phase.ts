import type { SignerMessage } from "./protocol.ts";

export type Phase = "sealed" | "unsealed" | "stopping";

/** Which messages each phase accepts. One outside its phase is refused before it is parsed further. */
export const ACCEPTED: { readonly [phase in Phase]: ReadonlySet<SignerMessage["kind"]> } = {
  // Without the root key nothing but the status works (I32).
  sealed: new Set(["status"]),
  unsealed: new Set(["status", "request", "committed", "checkpoint", "server_key"]),
  stopping: new Set(["status", "committed"]),
};
