import { expandSharedSecret, openHpkeMessage, scheduleHpkeKeys } from "@mandate/core/crypto/hpke";
import { decodeBase64, encodeBase64 } from "@mandate/core/encoding/base64";
import { FrameError } from "./message.ts";

export type HpkeRecipient = {
  /** base64 SPKI, as the wire wants it. */
  publicKey: string;
  /** Opens one base-mode message: DHKEM(P-256), HKDF-SHA256, ChaCha20-Poly1305 (RFC 9180; spec 02 §4.1). */
  open(encapsulatedKey: string, ciphertext: string): Promise<Uint8Array>;
};

const NONE = new Uint8Array(0);
const CURVE = { name: "ECDH", namedCurve: "P-256" };

/** A fresh key whose private half the platform holds and gives to nobody, not even to us. */
export async function createHpkeRecipient(subtle: SubtleCrypto): Promise<HpkeRecipient> {
  const { privateKey, publicKey } = await subtle.generateKey(CURVE, false, ["deriveBits"]);
  const point = new Uint8Array(await subtle.exportKey("raw", publicKey));
  const spki = new Uint8Array(await subtle.exportKey("spki", publicKey));
  return {
    publicKey: encodeBase64(spki),
    async open(encapsulatedKey, ciphertext) {
      const [key, sealed] = [decodeBase64(encapsulatedKey), decodeBase64(ciphertext)];
      if (key === undefined || sealed === undefined) throw undecipherable();
      const sender = await subtle.importKey("raw", Uint8Array.from(key), CURVE, false, []).catch(() => undefined);
      if (sender === undefined) throw undecipherable();
      const dh = new Uint8Array(await subtle.deriveBits({ name: "ECDH", public: sender }, privateKey, 256));
      const context = scheduleHpkeKeys(expandSharedSecret(dh, key, point), NONE, "chacha20-poly1305");
      const plaintext = openHpkeMessage(context, 0, NONE, sealed);
      context.key.fill(0);
      if (plaintext === undefined) throw undecipherable();
      return plaintext;
    },
  };
}

function undecipherable(): FrameError {
  return new FrameError("error", "the wallet server's answer could not be decrypted");
}
