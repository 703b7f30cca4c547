import { randomBytes } from "node:crypto";
import { type ChainTypeName, chainTypes } from "@mandate/core/chains/chain-types";
import { seedFromMnemonic } from "@mandate/core/crypto/bip39";
import { hpkeSeal } from "@mandate/core/crypto/hpke";
import { deriveP256Scalar } from "@mandate/core/crypto/p256";
import type { PrivyClient } from "@privy-io/node";
import { createKeyPairFromPrivateKeyBytes, getAddressFromPublicKey, getBase58Decoder } from "@solana/kit";
import { verifyMessage } from "viem";
import { english, generateMnemonic, generatePrivateKey, mnemonicToAccount, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeAuthorizationKey } from "../authorization-key.ts";
import { type IdentityProvider, makeIdentityProvider } from "../identity-provider.ts";
import { refusalOf } from "../refusal.ts";
import { type Stack, startStack } from "../stack.ts";
import { walletOwners } from "../wallet-owners.ts";

let stack: Stack;
let provider: IdentityProvider;
let privy: PrivyClient;

beforeAll(async () => {
  [stack, provider] = await Promise.all([startStack(), makeIdentityProvider("ES256")]);
  privy = stack.sdk(await stack.createApp({ publicKeyPem: provider.publicKeyPem }));
});
afterAll(() => stack?.stop());

const base58 = (bytes: Uint8Array) => getBase58Decoder().decode(bytes);

async function makeSolanaKey(): Promise<{ seed: Uint8Array; address: string; secret: string }> {
  const seed = Uint8Array.from(randomBytes(32));
  const { publicKey } = await createKeyPairFromPrivateKeyBytes(seed, true);
  const raw = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
  return { seed, address: await getAddressFromPublicKey(publicKey), secret: base58(Uint8Array.of(...seed, ...raw)) };
}

describe.each(Object.keys(walletOwners))("a wallet that is imported, %s", (kind) => {
  const importWallet = async (wallet: object) => {
    const { owner, authority } = await walletOwners[kind]!({ privy, provider });
    return { wallet: await privy.wallets().import({ wallet: wallet as never, ...owner }), authority };
  };
  /** A wallet without an owner is exported to nobody. */
  const isExportable = kind !== "ownerless";

  it("of Ethereum by private key signs, and gives the key back", async () => {
    const key = generatePrivateKey();
    const { address } = privateKeyToAccount(key);
    const { wallet, authority } = await importWallet({
      ...{ address, chain_type: "ethereum", entropy_type: "private-key", private_key: key },
    });
    expect(wallet).toMatchObject({ address, chain_type: "ethereum", exported_at: null });
    expect(wallet.imported_at).toBeGreaterThan(0);
    const signer = privy.wallets().ethereum();
    const { signature } = await signer.signMessage(wallet.id, { message: "hello", authorization_context: authority });
    expect(await verifyMessage({ address, message: "hello", signature: signature as `0x${string}` })).toBe(true);
    if (!isExportable) return;
    const context = { authorization_context: authority };
    expect((await privy.wallets().exportPrivateKey(wallet.id, context)).private_key).toBe(key.slice(2));
    expect(await refusalOf(privy.wallets().exportSeedPhrase(wallet.id, context))).toMatchObject({
      status: 400,
      code: "invalid_data",
    });
  });

  it("of Ethereum by seed phrase, at an index of its path, gives both back", async () => {
    const mnemonic = generateMnemonic(english);
    const { address } = mnemonicToAccount(mnemonic, { addressIndex: 3 });
    const { wallet, authority } = await importWallet({
      ...{ address, chain_type: "ethereum", entropy_type: "hd", index: 3, private_key: mnemonic },
    });
    expect(wallet.address).toBe(address);
    if (!isExportable) return;
    const context = { authorization_context: authority };
    const { private_key } = await privy.wallets().exportPrivateKey(wallet.id, context);
    expect(privateKeyToAccount(`0x${private_key}`).address).toBe(address);
    expect((await privy.wallets().exportSeedPhrase(wallet.id, context)).seed_phrase).toBe(mnemonic);
  });

  it("of Solana by private key and by seed phrase gives back what came", async () => {
    const { address, secret } = await makeSolanaKey();
    const byKey = await importWallet({
      ...{ address, chain_type: "solana", entropy_type: "private-key", private_key: secret },
    });
    const mnemonic = generateMnemonic(english, 256);
    const { solana } = chainTypes;
    const derived = solana.address(solana.publicKey(solana.derive(seedFromMnemonic(mnemonic), 0)));
    const byPhrase = await importWallet({
      ...{ address: derived, chain_type: "solana", entropy_type: "hd", index: 0, private_key: mnemonic },
    });
    if (!isExportable) return;
    const exported = await privy
      .wallets()
      .exportPrivateKey(byKey.wallet.id, { authorization_context: byKey.authority });
    expect(exported.private_key).toBe(secret);
    const phrase = await privy
      .wallets()
      .exportSeedPhrase(byPhrase.wallet.id, { authorization_context: byPhrase.authority });
    expect(phrase.seed_phrase).toBe(mnemonic);
  });
});

it("takes keys of every chain that the SDK imports, in the text that it reads", async () => {
  const names = ["stellar", "tron", "sui", "aptos", "xrpl"] as const satisfies ChainTypeName[];
  for (const chain_type of names) {
    const chain = chainTypes[chain_type];
    const privateKey = chain.derive(Uint8Array.from(randomBytes(64)), 0);
    const address = chain.address(chain.publicKey(privateKey));
    const text = Buffer.from(privateKey).toString("hex");
    const wallet = await privy.wallets().import({
      wallet: {
        ...{ address, chain_type, entropy_type: "private-key" },
        // The SDK reads StrKey for Stellar; bytes are taken as they are.
        private_key: chain_type === "stellar" ? privateKey : text,
      },
    });
    expect(wallet).toMatchObject({ address, chain_type });
  }
});

describe("an import is refused", () => {
  const key = generatePrivateKey();
  const { address } = privateKeyToAccount(key);
  const wallet = { address, chain_type: "ethereum", entropy_type: "private-key", private_key: key } as const;
  const submit = (more: object = {}) => privy.wallets().import({ wallet: { ...wallet, ...more } as never });

  it("for an address of another chain and for another key", async () => {
    expect(await refusalOf(submit({ chain_type: "solana", private_key: base58(randomBytes(64)) }))).toMatchObject({
      status: 400,
      code: "invalid_data",
      error: "Invalid address for specified chain type.",
    });
    expect(await refusalOf(submit({ private_key: generatePrivateKey() }))).toMatchObject({
      status: 400,
      code: "invalid_data",
    });
  });

  it("twice, for a key that the app has a wallet of", async () => {
    await submit();
    expect(await refusalOf(submit())).toMatchObject({ status: 400, code: "resource_already_exists" });
    // Another app knows nothing of it.
    const other = stack.sdk(await stack.createApp());
    expect((await other.wallets().import({ wallet })).address).toBe(address);
  });

  it("when it was not begun, or is submitted a second time", async () => {
    const app = await stack.createApp();
    const client = stack.client(app);
    const target = { ...wallet, encryption_type: "HPKE" } as { [member: string]: string };
    delete target.private_key;
    const body = { wallet: { ...target, encapsulated_key: "AAAA", ciphertext: "AAAA" } };
    const refused = await client.request("POST", "/v1/wallets/import/submit", { body });
    expect(refused).toMatchObject({ status: 400, json: { code: "invalid_data" } });

    // Two submissions of one import, whoever owns what comes of it: one wallet.
    const { json } = await client.request("POST", "/v1/wallets/import/init", { body: target });
    const sdk = stack.sdk(app);
    const { encryption_public_key } = json as { encryption_public_key: string };
    const sealed = encryptTo(encryption_public_key, Buffer.from(key.slice(2), "hex"));
    const submissions = [1, 2, 3].map((n) => {
      const owner = { public_key: makeAuthorizationKey().publicKey };
      const request = { wallet: { ...target, ...sealed }, owner, display_name: `import ${n}` };
      return client.request("POST", "/v1/wallets/import/submit", { body: request });
    });
    const statuses = (await Promise.all(submissions)).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 400, 400]);
    expect((await sdk.wallets().list()).data).toHaveLength(1);
  });
});

function encryptTo(publicKey: string, plaintext: Uint8Array) {
  const { encapsulatedKey, ciphertext } = hpkeSeal({
    recipientPoint: Buffer.from(publicKey, "base64"),
    ephemeralScalar: deriveP256Scalar(randomBytes(48)),
    plaintext,
  });
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
  return { encapsulated_key: base64(encapsulatedKey), ciphertext: base64(ciphertext) };
}
