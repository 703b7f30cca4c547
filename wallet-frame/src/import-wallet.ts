import { ethereum } from "@mandate/core/chains/ethereum";
import { hpkeSeal } from "@mandate/core/crypto/hpke";
import { deriveP256Scalar } from "@mandate/core/crypto/p256";
import { decodeBase64, encodeBase64 } from "@mandate/core/encoding/base64";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import { solana } from "@mandate/core/solana/chain-type";
import { readAccessToken } from "./access-token.ts";
import type { Api } from "./api.ts";
import { FrameError, type FrameMessage, textOf } from "./message.ts";

const CHAINS = { ethereum, solana };

/**
 * Imports a private key of the user's (spec 04 §7): from the app's page it comes in the clear, from here on it is
 * encrypted to a key that only the signer holds.
 */
export async function importWallet(
  message: FrameMessage,
  { api, appId, random }: { api: Api; appId: string; random: (length: number) => Uint8Array },
): Promise<{ address: string }> {
  const { mode, additionalSigners, chainType } = message.data;
  const accessToken = textOf(message, "accessToken");
  if (readAccessToken(accessToken).appId !== appId) throw invalid("`accessToken` is for another app");
  if (mode !== "tee") throw invalid("keys are imported into this server only: `mode` must be `tee`");
  if (chainType !== "ethereum" && chainType !== "solana") throw invalid("`chainType` must be ethereum or solana");
  const signers = readSigners(additionalSigners);
  const chain = CHAINS[chainType];
  const key = chain.parseImportedPrivateKey(encodeUtf8(textOf(message, "privateKey").trim()));
  if (key === undefined) throw invalid(`\`privateKey\` is not a private key of ${chainType}`);
  try {
    const address = chain.address(chain.publicKey(key));
    const target = { address, chain_type: chainType, encryption_type: "HPKE", entropy_type: "private-key" };
    const path = "/api/v1/wallets/import";
    const begun = await api({ method: "POST", path: `${path}/init`, accessToken, body: target });
    const recipientPoint = decodeBase64(String(begun.encryption_public_key));
    if (recipientPoint === undefined) throw new FrameError("error", "the wallet server's answer holds no key");
    const ephemeralScalar = deriveP256Scalar(random(48));
    const { encapsulatedKey, ciphertext } = hpkeSeal({ recipientPoint, ephemeralScalar, plaintext: key });
    ephemeralScalar.fill(0);
    const wallet = { ...target, encapsulated_key: encodeBase64(encapsulatedKey), ciphertext: encodeBase64(ciphertext) };
    await api({ method: "POST", path: `${path}/submit`, accessToken, body: { wallet, ...signers } });
    return { address };
  } finally {
    key.fill(0);
  }
}

/** As the SDK spells them; what they may be is the server's to say. */
function readSigners(value: unknown): { additional_signers?: object[] } {
  if (value === undefined || value === null) return {};
  if (!Array.isArray(value)) throw invalid("`additionalSigners` must be a list");
  return {
    additional_signers: value.map((signer: unknown) => {
      if (typeof signer !== "object" || signer === null) throw invalid("`additionalSigners` must be a list of objects");
      const { signerId, policyIds, ...rest } = signer as { [member: string]: unknown };
      if (Object.keys(rest).length > 0) throw invalid("a signer has `signerId` and `policyIds`, and nothing else");
      return { signer_id: signerId, ...(policyIds === undefined ? {} : { override_policy_ids: policyIds }) };
    }),
  };
}

function invalid(message: string): FrameError {
  return new FrameError("invalid_request_arguments", message);
}
