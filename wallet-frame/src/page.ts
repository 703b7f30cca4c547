import { createFrame } from "./frame.ts";
import { readFrameMessage } from "./message.ts";
import { isAllowedOrigin, readPageSettings } from "./page-settings.ts";

/** The page at `/apps/{id}/embedded-wallets`: joins the frame to the window that embeds it, and to no other. */
const settings = readPageSettings(document.documentElement, location.origin);
const frame = createFrame({
  appId: settings.appId,
  origin: location.origin,
  origins: settings.origins,
  fetch: fetch.bind(globalThis),
  subtle: crypto.subtle,
  random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  nowMs: () => Date.now(),
});

window.addEventListener("message", (posted) => {
  // The embedder is the only one who is answered; `frame-ancestors` has already kept other pages from being it.
  if (posted.source !== window.parent || window.parent === window) return;
  if (!isAllowedOrigin(posted.origin, settings.allowedOrigins)) return;
  const message = readFrameMessage(posted.data);
  if (message === undefined) return;
  void frame.answer(message).then((reply) => window.parent.postMessage(reply, posted.origin));
});
