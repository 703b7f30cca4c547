import { randomBytes, webcrypto } from "node:crypto";
import { createFrame } from "@mandate/wallet-frame/frame";
import { readFrameMessage } from "@mandate/wallet-frame/message";
import type Privy from "@privy-io/js-sdk-core";

/**
 * The wallet frame without a browser: the same code as the page's, behind an object with `postMessage`. What crosses is
 * text, as with the vanilla SDK in a browser.
 */
export function joinFrame(privy: Privy, { origin, appId }: { origin: string; appId: string }): void {
  const frame = createFrame({
    appId,
    origin,
    origins: [origin],
    fetch: (...given) => fetch(...given),
    subtle: webcrypto.subtle as never,
    random: (length) => new Uint8Array(randomBytes(length)),
    nowMs: () => Date.now(),
  });
  privy.setMessagePoster({
    postMessage(posted: unknown) {
      const message = readFrameMessage(posted);
      if (message === undefined) return;
      void frame.answer(message).then((reply) => privy.embeddedWallet.onMessage(reply as never));
    },
    reload() {},
  });
}
