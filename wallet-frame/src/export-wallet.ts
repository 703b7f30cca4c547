import { canonicalize } from "@mandate/core/encoding/canonical-json";
import { decodeUtf8, encodeUtf8 } from "@mandate/core/encoding/utf8";
import { readAccessToken } from "./access-token.ts";
import { createApi } from "./api.ts";
import type { FrameOptions } from "./frame.ts";
import { createHpkeRecipient } from "./hpke-recipient.ts";
import { FrameError } from "./message.ts";
import { createUserKeys } from "./user-keys.ts";

export type Exported = "private_key" | "seed_phrase";
export type Sealed = { encapsulatedKey: string; ciphertext: string };

export type WalletExport = {
  /** The key or phrase in the clear: to be shown here and nowhere else. */
  reveal(what: Exported): Promise<string>;
  /** The private key, encrypted to a key of the caller's, who alone can open it. */
  sealTo(recipientPublicKey: string): Promise<Sealed & { chainType: string }>;
};

const WALLET_ID = /^[a-z][a-z0-9]{23}$/;

/**
 * Exports a wallet of the user whose access token this is: the user's key signs the request, and what comes back is
 * encrypted to the key that was signed (spec 04 §6). In the way between signer and this page nobody can read it.
 */
export function createWalletExport(
  options: Omit<FrameOptions, "random"> & { accessToken: string; walletId: string },
): WalletExport {
  const { appId, origin, subtle, accessToken, walletId, nowMs } = options;
  if (!WALLET_ID.test(walletId)) throw new FrameError("invalid_request_arguments", "`wallet_id` is not a wallet's ID");
  if (readAccessToken(accessToken).appId !== appId)
    throw new FrameError("invalid_request_arguments", "the access token is for another app");
  const api = createApi(options);
  const keys = createUserKeys({ api, subtle, nowMs });

  async function request(recipientPublicKey: string, what: Exported): Promise<Sealed> {
    const path = `/api/v1/wallets/${walletId}/export`;
    const body = {
      encryption_type: "HPKE",
      recipient_public_key: recipientPublicKey,
      export_seed_phrase: what === "seed_phrase",
    };
    const headers = { "privy-app-id": appId };
    const payload = canonicalize({ version: 1, method: "POST", url: `${origin}${path}`, body, headers });
    const signature = await keys.sign(accessToken, encodeUtf8(payload));
    const answer = await api({
      method: "POST",
      path,
      accessToken,
      body,
      headers: { "privy-authorization-signature": signature },
    });
    const { encapsulated_key: encapsulatedKey, ciphertext } = answer;
    if (typeof encapsulatedKey === "string" && typeof ciphertext === "string") return { encapsulatedKey, ciphertext };
    throw new FrameError("error", "the wallet server's answer holds no key");
  }

  return {
    async reveal(what) {
      const recipient = await createHpkeRecipient(subtle);
      const { encapsulatedKey, ciphertext } = await request(recipient.publicKey, what);
      const plaintext = await recipient.open(encapsulatedKey, ciphertext);
      const text = decodeUtf8(plaintext);
      plaintext.fill(0);
      if (text === undefined) throw new FrameError("error", "the wallet server's answer holds no key");
      return text;
    },
    async sealTo(recipientPublicKey) {
      const { chain_type: chainType } = await api({ method: "GET", path: `/api/v1/wallets/${walletId}`, accessToken });
      return { ...(await request(recipientPublicKey, "private_key")), chainType: String(chainType) };
    },
  };
}
