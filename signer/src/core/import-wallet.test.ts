import { type ChainTypeName, chainTypes } from "@mandate/core/chains/chain-types";
import { seedFromMnemonic } from "@mandate/core/crypto/bip39";
import { type HpkeAead, hpkeSeal } from "@mandate/core/crypto/hpke";
import { deriveP256Scalar } from "@mandate/core/crypto/p256";
import { encodeHexAscii } from "@mandate/core/encoding/hex";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import { beforeEach, describe, expect, it } from "vitest";
import { createTestSigner, Harness, makeRequest, type TestApp, type TestSigner } from "../testing/harness.ts";
import { seededRandom, testKey } from "../testing/test-keys.ts";

const names = Object.keys(chainTypes) as ChainTypeName[];
const PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow";
const owner = testKey("owner");
const random = seededRandom("import");

let signer: TestSigner;
let harness: Harness;
let app: TestApp;

beforeEach(async () => {
  signer = await createTestSigner();
  harness = Harness.inProcess(signer);
  app = await harness.createApp("import");
});

type Target = { chain_type: ChainTypeName; address: string; entropy_type: "private-key" | "hd"; index?: number };
type Begun = { encryption_public_key: string; import_key: string; expires_at: number };

function keyOf(name: ChainTypeName, index = 0): { privateKey: Uint8Array; address: string } {
  const chain = chainTypes[name];
  const privateKey = chain.derive(seedFromMnemonic(PHRASE), index);
  return { privateKey, address: chain.address(chain.publicKey(privateKey)) };
}

const privateKeyOf = (name: ChainTypeName): Target => ({
  chain_type: name,
  address: keyOf(name).address,
  entropy_type: "private-key",
});

async function begin(target: Target): Promise<Begun> {
  const body = { ...target, encryption_type: "HPKE" };
  const { result } = await harness.expectAccepted({ app, method: "POST", path: "/v1/wallets/import/init", body });
  return result as Begun;
}

type More = { aead?: HpkeAead; config?: object; info?: Uint8Array; importKey?: string; controls?: object };

function submit(target: Target, begun: Begun, plaintext: Uint8Array, more: More = {}) {
  const { encapsulatedKey, ciphertext } = hpkeSeal({
    recipientPoint: Buffer.from(begun.encryption_public_key, "base64"),
    ephemeralScalar: deriveP256Scalar(random(48)),
    plaintext,
    ...(more.aead === undefined ? {} : { aead: more.aead }),
    ...(more.info === undefined ? {} : { info: more.info }),
  });
  const wallet = {
    ...{ ...target, encryption_type: "HPKE" },
    encapsulated_key: Buffer.from(encapsulatedKey).toString("base64"),
    ciphertext: Buffer.from(ciphertext).toString("base64"),
    ...(more.config === undefined ? {} : { hpke_config: more.config }),
  };
  const body = { wallet, owner: { public_key: owner.spkiBase64 }, ...more.controls };
  const request = makeRequest({ app, method: "POST", path: "/v1/wallets/import/submit", body });
  return harness.api.try(request, { importKey: more.importKey ?? begun.import_key });
}

describe("an import is refused", () => {
  const target = privateKeyOf("ethereum");
  const { privateKey } = keyOf("ethereum");
  const refused = { outcome: "refused", status: 400, code: "invalid_data" };

  it("for an address that is none of the chain", async () => {
    const body = { ...target, chain_type: "solana", encryption_type: "HPKE" };
    const answer = await harness.call({ app, method: "POST", path: "/v1/wallets/import/init", body });
    expect(answer).toMatchObject({ ...refused, error: "Invalid address for specified chain type." });
  });

  it("for a key that is not the address's, a phrase at another index, and rubbish", async () => {
    const other = { ...target, address: keyOf("ethereum", 1).address };
    const begun = await begin(other);
    expect(await submit(other, begun, privateKey)).toMatchObject({
      ...refused,
      error: expect.stringContaining("not the key"),
    });
    for (const rubbish of [new Uint8Array(), new Uint8Array(32), new Uint8Array(33).fill(1), encodeUtf8(PHRASE)]) {
      expect(await submit(other, begun, rubbish)).toMatchObject(refused);
    }
    const phrase: Target = { ...target, entropy_type: "hd", index: 5 };
    expect(await submit(phrase, await begin(phrase), encodeUtf8(PHRASE))).toMatchObject(refused);
    const wrong = PHRASE.replace("yellow", "year");
    const answer = await submit(phrase, await begin(phrase), encodeUtf8(wrong));
    expect(answer).toMatchObject({ ...refused, error: expect.stringContaining("checksum") });
    expect(JSON.stringify(answer)).not.toContain("sausage");
  });

  it("without a begun import, with another one's, with a forged one, and after ten minutes", async () => {
    const begun = await begin(target);
    const other = await begin({ ...target, address: keyOf("ethereum", 1).address });
    const tron = await begin(privateKeyOf("tron"));
    const [walletKey] = [...harness.api.secrets.values(), { sealedKey: begun.import_key.replace(/.$/, "A") }];
    for (const importKey of ["", "2.x", other.import_key, tron.import_key, walletKey!.sealedKey]) {
      expect(await submit(target, begun, privateKey, { importKey })).toMatchObject(refused);
    }
    const otherApp = await harness.createApp("another");
    const body = { ...target, encryption_type: "HPKE" };
    const path = "/v1/wallets/import/init";
    const { result } = await harness.expectAccepted({ app: otherApp, method: "POST", path, body });
    const theirs = (result as Begun).import_key;
    expect(await submit(target, begun, privateKey, { importKey: theirs })).toMatchObject(refused);

    signer.clock.nowMs += 600_000;
    expect(await submit(target, begun, privateKey)).toMatchObject({
      ...refused,
      error: expect.stringContaining("10 minutes"),
    });
    signer.clock.nowMs -= 1;
    expect(await submit(target, begun, privateKey)).toMatchObject({ outcome: "accepted" });
  });

  it("encrypted to another key, or in another way than it says", async () => {
    const [begun, other] = [await begin(target), await begin(target)];
    const mixed = { ...other, import_key: begun.import_key };
    const info = encodeUtf8("info");
    for (const attempt of [
      submit(target, mixed, privateKey),
      submit(target, begun, privateKey, { config: { aead_algorithm: "AES_GCM256" } }),
      submit(target, begun, privateKey, { aead: "aes-256-gcm" }),
      submit(target, begun, privateKey, { info }),
      submit(target, begun, privateKey, { config: { info: "aW5mbw==" } }),
      submit(target, begun, privateKey, { config: { aead_algorithm: "AES_GCM128" } }),
      submit(target, begun, privateKey, { config: { zzz: 1 } }),
      submit(target, begun, privateKey, { controls: { zzz: 1 } }),
      submit(target, begun, privateKey, { controls: { chain_type: "ethereum" } }),
    ]) {
      expect(await attempt).toMatchObject(refused);
    }
  });

  it("to whoever lacks the app's secret", async () => {
    const body = { ...target, encryption_type: "HPKE" };
    const answer = await harness.call({ app, method: "POST", path: "/v1/wallets/import/init", body, secret: "wrong" });
    expect(answer).toMatchObject({ status: 401 });
  });
});

describe.each(names)("an import into a wallet of %s", (name) => {
  it("by private key, and by seed phrase at an index", async () => {
    const target = privateKeyOf(name);
    const { privateKey } = keyOf(name);
    for (const plaintext of [privateKey, encodeHexAscii(privateKey)]) {
      const answer = await submit(target, await begin(target), plaintext);
      if (answer.outcome !== "accepted") return expect.unreachable(JSON.stringify(answer));
      const wallet = answer.put.at(-1)!;
      expect(wallet).toMatchObject({ type: "wallet", wallet: { address: target.address, chainType: name } });
      const record = JSON.parse(wallet.sealed.slice(wallet.sealed.indexOf("{"))).body;
      expect(record).toMatchObject({ imported_at: signer.clock.nowMs, exported_at: null });
      expect(answer.walletSecrets).toEqual([{ walletId: wallet.id, sealedKey: expect.any(String) }]);
      expect(answer.consume).toEqual([{ digest: expect.stringMatching(/^import:/), expiresAtMs: expect.any(Number) }]);
    }
    const phrase: Target = { chain_type: name, address: keyOf(name, 2).address, entropy_type: "hd", index: 2 };
    const answer = await submit(phrase, await begin(phrase), encodeUtf8(PHRASE));
    expect(answer).toMatchObject({ outcome: "accepted", walletSecrets: [{ sealedSeed: expect.any(String) }] });
  });
});

it("opens with every AEAD, info and aad of the wire", async () => {
  const target = privateKeyOf("solana");
  const { privateKey } = keyOf("solana");
  const config = { aead_algorithm: "AES_GCM256", info: "aW5mbw==" };
  const info = encodeUtf8("info");
  const answer = await submit(target, await begin(target), privateKey, { aead: "aes-256-gcm", info, config });
  expect(answer).toMatchObject({ outcome: "accepted" });
});

describe("a batch", () => {
  const batch = async (wallets: unknown, leaveOut?: number[]) =>
    harness.api.try(
      makeRequest({ app, method: "POST", path: "/v1/wallets/batch", body: { wallets } }),
      leaveOut === undefined ? {} : { leaveOut },
    );

  it("is refused as a whole when it is none", async () => {
    for (const wallets of [undefined, {}, [], Array.from({ length: 101 }, () => ({ chain_type: "ethereum" }))]) {
      expect(await batch(wallets)).toMatchObject({ status: 400, code: "invalid_data" });
    }
  });

  it("makes what is right and says what is wrong with the rest, in order", async () => {
    const items = [
      { chain_type: "solana" },
      { chain_type: "spark" },
      1,
      { chain_type: "sui" },
      { chain_type: "ton", zzz: 1 },
    ];
    const answer = await batch(items, [3]);
    if (answer.outcome !== "accepted") return expect.unreachable(JSON.stringify(answer));
    expect((answer.result as { results: object[] }).results).toMatchObject([
      { index: 0, wallet_id: answer.put[0]!.id },
      { index: 1, code: "not_supported" },
      { index: 2, code: "invalid_data" },
      { index: 3, left_out: true },
      { index: 4, code: "invalid_data" },
    ]);
    expect(answer.put).toHaveLength(1);
  });
});

it("attributes a wallet once, and changes no control by it", async () => {
  const wallet = await harness.createWallet(app, { owner: { public_key: owner.spkiBase64 } });
  const path = `/v1/wallets/${wallet.id}/entity`;
  const assign = (body: unknown) => harness.call({ app, method: "POST", path, body });
  for (const body of [{}, { id: "e", type: "robot" }, { id: "", type: "user" }, { id: "e", type: "user", zzz: 1 }]) {
    expect(await assign(body)).toMatchObject({ status: 400, code: "invalid_data" });
  }
  expect(await assign({ id: "e", type: "user" })).toMatchObject({ outcome: "accepted" });
  expect(await assign({ id: "f", type: "user" })).toMatchObject({ status: 400, code: "wallet_entity_already_set" });
});
