import { type ChainTypeName, chainTypes } from "@mandate/core/chains/chain-types";
import { seedFromMnemonic } from "@mandate/core/crypto/bip39";
import { hpkeOpen } from "@mandate/core/crypto/hpke";
import { verifyEd25519, verifySecp256k1 } from "@mandate/core/crypto/primitives";
import { decodeHex, encodeHex } from "@mandate/core/encoding/hex";
import { verifyStark } from "@mandate/core/starknet/stark-curve";
import { beforeAll, describe, expect, it } from "vitest";
import { createTestSigner, Harness, makeRequest, type TestApp, type TestWallet } from "../testing/harness.ts";
import { testKey } from "../testing/test-keys.ts";

/** Wallets of every chain type, from their creation to their export. Independent libraries judge them in `e2e/oracles`. */
const names = Object.keys(chainTypes) as ChainTypeName[];
const owner = testKey("owner");
const HASH = `0x05${"ab".repeat(31)}`;

let harness: Harness;
let app: TestApp;
const wallets = {} as { [name in ChainTypeName]: TestWallet };

beforeAll(async () => {
  harness = Harness.inProcess(await createTestSigner());
  app = await harness.createApp("chains");
  for (const chain_type of names) {
    wallets[chain_type] = await harness.createWallet(app, { chain_type, owner: { public_key: owner.spkiBase64 } });
  }
});

const post = (name: ChainTypeName, action: string, body: unknown, keys = [owner]) =>
  harness.call({ app, method: "POST", path: `/v1/wallets/${wallets[name].id}/${action}`, body, keys });

function recordOf({ id }: TestWallet): { verifying_key: string; address: string } {
  const { sealed } = harness.api.current.get(`${app.id}/wallet/${id}`)!;
  return JSON.parse(sealed.slice(sealed.indexOf("{"))).body;
}

/** What the owner reads of an export, with the key it was encrypted to. */
async function exportText(name: ChainTypeName, phrase: boolean): Promise<string> {
  const recipient = testKey("hpke recipient");
  const body = { encryption_type: "HPKE", recipient_public_key: recipient.spkiBase64, export_seed_phrase: phrase };
  const path = `/v1/wallets/${wallets[name].id}/export`;
  const request = makeRequest({ app, method: "POST", path, body, keys: [owner] });
  const { sealedSeed } = harness.api.secrets.get(wallets[name].id)!;
  const answer = await harness.api.try(request, { walletSeed: sealedSeed! });
  if (answer.outcome !== "accepted") return expect.unreachable(JSON.stringify(answer));
  const sealed = answer.result as { encapsulated_key: string; ciphertext: string };
  const plaintext = hpkeOpen({
    recipientScalar: recipient.scalar,
    encapsulatedKey: Buffer.from(sealed.encapsulated_key, "base64"),
    ciphertext: Buffer.from(sealed.ciphertext, "base64"),
  });
  return Buffer.from(plaintext!).toString("utf8");
}

it("makes no wallet of a chain type that it does not have", async () => {
  for (const chain_type of ["spark", "pearl", "Ethereum", "__proto__", ""]) {
    const answer = await harness.call({ app, method: "POST", path: "/v1/wallets", body: { chain_type } });
    expect(answer).toMatchObject({ outcome: "refused", status: 400 });
  }
});

describe.each(names)("a wallet of %s", (name) => {
  const chain = chainTypes[name];

  it("signs nothing without its owner, and nothing that is no hash", async () => {
    expect(await post(name, "raw_sign", { params: { hash: HASH } }, [])).toMatchObject({ status: 401 });
    expect(await post(name, "raw_sign", { params: { hash: HASH } }, [testKey("foreign")])).toMatchObject({
      status: 401,
    });
    for (const params of [{}, { hash: "0x" }, { hash: HASH, bytes: "x" }, { hash: HASH, zzz: 1 }]) {
      expect(await post(name, "raw_sign", { params })).toMatchObject({ status: 400, code: "invalid_data" });
    }
    expect(await post(name, "rpc", { method: "zzz", params: {} })).toMatchObject({ status: 400, code: "invalid_data" });
  });

  it("signs a hash with the key that its address is of", async () => {
    const answer = await post(name, "raw_sign", { params: { hash: HASH } });
    if (answer.outcome !== "accepted") return expect.unreachable(JSON.stringify(answer));
    const signature = decodeHex((answer.result!.signature as string).slice(2))!;
    const key = decodeHex(recordOf(wallets[name]).verifying_key)!;
    const digest = decodeHex(HASH.slice(2))!;
    expect(signature).toHaveLength(64);
    if (chain.curve === "ed25519") expect(verifyEd25519(key, digest, signature)).toBe(true);
    else if (chain.curve === "starknet") expect(verifyStark(signature, digest, key)).toBe(true);
    else if (name !== "bitcoin-taproot") {
      const halves = { r: signature.slice(0, 32), s: signature.slice(32) };
      expect(verifySecp256k1(digest, halves, key)).toBe(true);
    }
    expect(JSON.parse(answer.receipt.receipt.replace(/^[^{]*/, "")).body).toMatchObject({
      operation: "rawSign",
      digest: HASH,
      decision: "ALLOW",
    });
  });

  it("gives its owner the key and the seed phrase that both lead to its address", async () => {
    const key = chain.parseImportedPrivateKey(Buffer.from(await exportText(name, false)));
    expect(chain.address(chain.publicKey(key!))).toBe(wallets[name].address);
    const words = await exportText(name, true);
    expect(words.split(" ")).toHaveLength(12);
    const derived = chain.derive(seedFromMnemonic(words), 0);
    expect(encodeHex(derived)).toBe(encodeHex(key!));
  });

  it("is bound by its policy: a raw hash only by a rule for everything", async () => {
    const rule = { name: "all", method: "*", action: "ALLOW", conditions: [] };
    const policies = [
      await harness.createPolicy(app, [], { chain_type: name }),
      await harness.createPolicy(app, [rule], { chain_type: name }),
    ];
    const outcomes: string[] = [];
    for (const id of policies) {
      const wallet = await harness.createWallet(app, { chain_type: name, policy_ids: [id] });
      const path = `/v1/wallets/${wallet.id}/raw_sign`;
      const answer = await harness.call({ app, method: "POST", path, body: { params: { hash: HASH } } });
      outcomes.push(answer.outcome === "refused" ? answer.code : answer.outcome);
    }
    expect(outcomes).toEqual(["policy_violation", "accepted"]);
  });

  it("does not take a policy of another chain", async () => {
    const other = name === "sui" ? "solana" : "sui";
    const policy = await harness.createPolicy(app, [], { chain_type: other });
    const body = { chain_type: name, policy_ids: [policy] };
    const answer = await harness.call({ app, method: "POST", path: "/v1/wallets", body });
    expect(answer).toMatchObject({ status: 400, code: "invalid_data" });
  });
});

describe("an archived wallet", () => {
  it("signs and changes nothing any more, and is still its owner's to export", async () => {
    const wallet = await harness.createWallet(app, { chain_type: "solana", owner: { public_key: owner.spkiBase64 } });
    const call = (action: string, method = "POST", body?: object) =>
      harness.call({ app, method, path: `/v1/wallets/${wallet.id}${action}`, body, keys: [owner] });
    expect(await call("/archive", "POST", { zzz: 1 })).toMatchObject({ status: 400 });
    expect(await call("/archive")).toMatchObject({ outcome: "accepted" });
    const hash = { params: { hash: HASH } };
    for (const refused of [call("/archive"), call("/raw_sign", "POST", hash), call("", "PATCH", { owner: null })]) {
      expect(await refused).toMatchObject({ status: 404, code: "not_found" });
    }
    const recipient_public_key = testKey("hpke recipient").spkiBase64;
    const exported = await call("/export", "POST", { encryption_type: "HPKE", recipient_public_key });
    expect(exported).toMatchObject({ outcome: "accepted" });
  });
});

describe("exports by rpc", () => {
  const params = { encryption_type: "HPKE", recipient_public_key: testKey("hpke recipient").spkiBase64 };

  it("need the owner, and no member that contradicts", async () => {
    const body = { method: "exportPrivateKey", params };
    expect(await post("tron", "rpc", body, [])).toMatchObject({ status: 401 });
    expect(await post("tron", "rpc", body, [testKey("foreign")])).toMatchObject({ status: 401 });
    for (const wrong of [
      { ...body, params: { ...params, export_seed_phrase: true } },
      { ...body, params: { ...params, export_type: "clear" } },
      { ...body, params: { ...params, encryption_type: "none" } },
      { ...body, params: {} },
      { ...body, address: wallets.ethereum.address },
      { ...body, chain_type: "ethereum" },
      { ...body, zzz: 1 },
    ]) {
      expect(await post("tron", "rpc", wrong), JSON.stringify(wrong)).toMatchObject({
        status: 400,
        code: "invalid_data",
      });
    }
  });

  it("give what `/export` gives", async () => {
    const body = { method: "exportPrivateKey", params, address: wallets.tron.address, chain_type: "tron" };
    const answer = await post("tron", "rpc", body);
    expect(answer).toMatchObject({ outcome: "accepted", result: { encryption_type: "HPKE" } });
  });
});
