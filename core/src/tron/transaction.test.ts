import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chainTypes } from "../chains/chain-types.ts";
import { recoverSecp256k1, sha256 } from "../crypto/primitives.ts";
import { ethereumAddressBytes } from "../crypto/secp256k1.ts";
import { decodeHex, encodeHex } from "../encoding/hex.ts";
import type { JsonValue } from "../encoding/json-value.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { decodeMessage, encodeMessage, mayHoldField } from "./protobuf.ts";
import { decodeTronTransaction, encodeTronTransaction, tronTransactionId } from "./transaction.ts";
import type { TronContract, TronTransaction } from "./types.ts";

const fuzz = Number(process.env.MANDATE_FUZZ ?? 1);
const bytes = (hex: string): Uint8Array => decodeHex(hex)!;

/** Transactions of the main network, as TronGrid's API gives them: JSON, bytes, id and the signature that was accepted. */
const published = [
  {
    source: "mainnet block 54393481",
    rawData:
      "0a02fa7322082b2f6684f998649540d0d4d3f9a5315a68080112640a2d747970652e676f6f676c65617069732e636f6d2f70726f746f636f6c2e5472616e73666572436f6e747261637412330a154179309abcff2cf531070ca9222a1f72c4a5136874121541c6a137bb170cc0dd40fcb83f18b389fa9426ac461880b489137092b9f4f7a531",
    id: "1abdaae882a5bd80bda189e8722705a4b7d110f580da3ad000d0fe53e61b469f",
    signature:
      "1ddad0478c0a1c3c12c970cb90ca09446223d634ea5c315768b4c64cf273545a12c186e5de9884117f4933b4635347a38ff8a26d3ab659520adbe60547e071b600",
    json: {
      contract: [
        {
          type: "TransferContract",
          owner_address: "4179309abcff2cf531070ca9222a1f72c4a5136874",
          to_address: "41c6a137bb170cc0dd40fcb83f18b389fa9426ac46",
          amount: 40000000,
        },
      ],
      ref_block_bytes: "fa73",
      ref_block_hash: "2b2f6684f9986495",
      expiration: 1693814418000,
      timestamp: 1693810760850,
    },
  },
  {
    source: "a USDT transfer on mainnet",
    rawData:
      "0a02a2692208e9869443c76dcd3540d8a291b290345aae01081f12a9010a31747970652e676f6f676c65617069732e636f6d2f70726f746f636f6c2e54726967676572536d617274436f6e747261637412740a1541f97fdc95d41f99ff72609608ca8ff410c0bf5de7121541a614f803b6fd780986a42c78ec9c7f77e6ded13c2244a9059cbb000000000000000000000000e340c10c9504a9865dae79218c473b4efc9fac14000000000000000000000000000000000000000000000000000000003cb8bd2070f1e78db29034900180b48913",
    id: undefined,
    signature:
      "b9d1dc46e253bef2fb45a0ced9401f78ef171b938ec922cc248b08da0a67186d0d0bfc07865476f094cbca6353a4ee3ef3c8d000b5f532054127f49a097218891b",
    json: undefined,
  },
  {
    source: "TronGrid's `triggersmartcontract`, fee limit 100 TRX",
    rawData:
      "0a02bb66220896b95c21f21f646840b894daff8e345aae01081f12a9010a31747970652e676f6f676c65617069732e636f6d2f70726f746f636f6c2e54726967676572536d617274436f6e747261637412740a15419858effd232b4033e47d90003d41ec34ecaeda94121541a614f803b6fd780986a42c78ec9c7f77e6ded13c2244a9059cbb000000000000000000000000cbc9f1a9e6da62d2fd6283aa51f4dea2c0fc1c79000000000000000000000000000000000000000000000000000000000012d68770f7c6d6ff8e34900180c2d72f",
    id: "efe5cd71c441ce4d56c10a2b926919b48ce15f1edbc3de923e5e4febcb4f91ca",
    signature: undefined,
    json: undefined,
  },
];

const address = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((tail) => Uint8Array.of(0x41, ...tail));
const int64 = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n });
const data = fc.uint8Array({ maxLength: 200 });
const transfer = fc.record({
  type: fc.constant("TransferContract" as const),
  ownerAddress: address,
  toAddress: address,
  amount: int64,
});
const trigger = fc.record({
  type: fc.constant("TriggerSmartContract" as const),
  ownerAddress: address,
  contractAddress: address,
  callValue: int64,
  data,
  callTokenValue: int64,
  tokenId: int64,
});
const transactions: fc.Arbitrary<TronTransaction> = fc.record({
  refBlockBytes: fc.uint8Array({ minLength: 2, maxLength: 2 }),
  refBlockHash: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  expirationMs: int64,
  data,
  contract: fc.oneof(transfer, trigger) as fc.Arbitrary<TronContract>,
  timestampMs: int64,
  feeLimit: int64,
});

describe("tron transaction bytes", () => {
  it("refuses every other spelling: what decodes encodes to the same bytes (I8)", () => {
    const property = fc.property(transactions, fc.nat(), fc.integer({ min: 1, max: 255 }), (transaction, at, flip) => {
      const mutated = encodeTronTransaction(transaction);
      mutated[at % mutated.length]! ^= flip;
      const decoded = decodeTronTransaction(mutated);
      if (decoded !== undefined) expect(encodeTronTransaction(decoded)).toEqual(mutated);
    });
    fc.assert(property, { numRuns: 2000 * fuzz });
  });

  it("refuses truncated, extended and hostile bytes without throwing", () => {
    const whole = bytes(published[0]!.rawData);
    for (let length = 0; length < whole.length; length++) {
      const decoded = decodeTronTransaction(whole.subarray(0, length));
      // The last field is a whole one: without it there is no timestamp, which is another transaction.
      if (decoded !== undefined) expect(encodeTronTransaction(decoded)).toEqual(whole.slice(0, length));
    }
    expect(decodeTronTransaction(Uint8Array.of(...whole, 0))).toBeUndefined();
    expect(decodeTronTransaction(Uint8Array.of(...whole, 0x90, 1, 0))).toBeUndefined(); // fee limit 0, spelt out
    expect(decodeTronTransaction(Uint8Array.of(...whole, ...whole))).toBeUndefined();
    const any = fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
      const decoded = decodeTronTransaction(noise);
      if (decoded !== undefined) expect(encodeTronTransaction(decoded)).toEqual(noise);
      decodeMessage(noise);
      mayHoldField(noise, 11);
    });
    fc.assert(any, { numRuns: 1000 * fuzz });
  });

  it("refuses further fields, further contracts and other types", () => {
    const raw = decodeMessage(bytes(published[0]!.rawData))!;
    const contract = raw.find(({ number }) => number === 11)!.value as Uint8Array;
    const wrapped = decodeMessage(contract)!;
    const withContract = (value: Uint8Array): Uint8Array =>
      encodeMessage(raw.map((field) => (field.number === 11 ? { number: 11, value } : field)));
    expect(decodeTronTransaction(withContract(contract))).toBeDefined();
    const refused = [
      encodeMessage([...raw.slice(0, 4), { number: 11, value: contract }, ...raw.slice(4)]),
      encodeMessage([...raw, { number: 19, value: 1n }]),
      withContract(encodeMessage([...wrapped, { number: 5, value: 2n }])), // Permission_id
      withContract(encodeMessage(wrapped.map((field) => (field.number === 1 ? { number: 1, value: 2n } : field)))),
      withContract(encodeMessage(wrapped.map((field) => (field.number === 1 ? { number: 1, value: 31n } : field)))),
      encodeMessage([...raw].reverse()),
    ];
    for (const spoiled of refused) expect(decodeTronTransaction(spoiled)).toBeUndefined();
  });

  it("finds a contract field wherever a lenient reader may", () => {
    expect(mayHoldField(bytes(published[0]!.rawData), 11)).toBe(true);
    expect(mayHoldField(bytes("12025a00"), 11)).toBe(false); // inside another field
    expect(mayHoldField(bytes("da00025a00"), 11)).toBe(true); // a tag with a superfluous byte
    expect(mayHoldField(bytes("0b5a000c"), 11)).toBe(true); // inside a group
    expect(mayHoldField(encodeUtf8("hello world"), 11)).toBe(false);
  });

  it("decodes and encodes without loss", () => {
    const property = fc.property(transactions, (transaction) => {
      expect(decodeTronTransaction(encodeTronTransaction(transaction))).toEqual(transaction);
    });
    fc.assert(property, { numRuns: 300 * fuzz });
  });

  for (const { source, rawData, id, signature } of published) {
    it(`reads and writes ${source}`, () => {
      const transaction = decodeTronTransaction(bytes(rawData))!;
      expect(encodeHex(encodeTronTransaction(transaction))).toBe(rawData);
      if (id !== undefined) expect(encodeHex(tronTransactionId(transaction))).toBe(id);
      if (signature === undefined) return;
      const [r, s] = [bytes(signature).slice(0, 32), bytes(signature).slice(32, 64)];
      const recovery = (bytes(signature)[64]! % 27) as 0 | 1;
      const signer = recoverSecp256k1(tronTransactionId(transaction), { r, s, recovery })!;
      expect(ethereumAddressBytes(signer)).toEqual(transaction.contract.ownerAddress.slice(1));
    });
  }
});

describe("tron_signTransaction", () => {
  const chain = chainTypes.tron;
  const privateKey = new Uint8Array(32).fill(9);
  const publicKey = chain.publicKey(privateKey);
  const context = { address: chain.address(publicKey), publicKey, walletId: "w" };
  const owner = encodeHex(ownerBytes());

  function ownerBytes(): Uint8Array {
    return Uint8Array.of(0x41, ...ethereumAddressBytes(uncompressed()));
  }
  function uncompressed(): Uint8Array {
    const digest = sha256(Uint8Array.of(1));
    const signature = chain.rawSign(digest, privateKey);
    const [r, s] = [signature.slice(0, 32), signature.slice(32)];
    const candidates = ([0, 1] as const).map((recovery) => recoverSecp256k1(digest, { r, s, recovery })!);
    return candidates.find((point) => encodeHex(point.subarray(1, 33)) === encodeHex(publicKey.subarray(1)))!;
  }

  const rawData = (overrides: { [name: string]: JsonValue } = {}): { [name: string]: JsonValue } => ({
    ...structuredClone(published[0]!.json!),
    contract: [{ ...published[0]!.json!.contract[0]!, owner_address: owner }],
    ...overrides,
  });
  const body = (raw: JsonValue, rest: { [name: string]: JsonValue } = {}): JsonValue => ({
    method: "tron_signTransaction",
    params: { raw_data: raw },
    ...rest,
  });
  const contract = (overrides: { [name: string]: JsonValue }): JsonValue => [
    { type: "TransferContract", owner_address: owner, to_address: `41${"22".repeat(20)}`, amount: 5, ...overrides },
  ];

  it.each<[string, JsonValue]>([
    ["no body", null],
    ["another method", { method: "tron_sign", params: {} }],
    ["an unknown member", body(rawData(), { extra: 1 })],
    ["an unknown parameter", { method: "tron_signTransaction", params: { raw_data: rawData(), x: 1 } }],
    ["a caip2, which only sending has", body(rawData(), { caip2: "tron:mainnet" })],
    ["another wallet's address", body(rawData(), { address: "TUEZSdKsoDHQMeZwihtdoBiN46zxhGWYdH" })],
    ["another chain type", body(rawData(), { chain_type: "ethereum" })],
    ["another wallet id", body(rawData(), { wallet_id: "x" })],
    ["an unknown member of raw_data", body(rawData({ auths: [] }))],
    ["no contract", body(rawData({ contract: [] }))],
    ["two contracts", body(rawData({ contract: [contract({}), contract({})] }))],
    ["another owner", body(rawData({ contract: contract({ owner_address: `41${"33".repeat(20)}` }) }))],
    ["an owner of another network", body(rawData({ contract: contract({ owner_address: `a0${owner.slice(2)}` }) }))],
    ["an owner with 0x", body(rawData({ contract: contract({ owner_address: `0x${owner}` }) }))],
    ["another contract type", body(rawData({ contract: contract({ type: "FreezeBalanceV2Contract" }) }))],
    ["a negative amount", body(rawData({ contract: contract({ amount: -1 }) }))],
    ["a fraction", body(rawData({ contract: contract({ amount: 0.5 }) }))],
    ["an amount that lost digits", body(rawData({ contract: contract({ amount: 2 ** 53 }) }))],
    ["an amount as text", body(rawData({ contract: contract({ amount: "5" }) }))],
    ["no amount", body(rawData({ contract: contract({ amount: null }) }))],
    ["data in a transfer", body(rawData({ contract: contract({ data: "00" }) }))],
    ["a short block reference", body(rawData({ ref_block_bytes: "fa" }))],
    ["a long block hash", body(rawData({ ref_block_hash: "00".repeat(9) }))],
    ["odd hex", body(rawData({ data: "abc" }))],
    ["a prototype for raw_data", body({ ["__proto__"]: {} } as JsonValue)],
  ])("refuses %s", (_name, request) => {
    const parsed = chain.parseRequest(request, context);
    expect(parsed).toMatchObject({ ok: false, status: 400, code: "invalid_data" });
  });

  it.each(["expiration", "ref_block_bytes", "ref_block_hash"])("requires %s, even where it could be filled", (name) => {
    const raw = rawData();
    delete raw[name];
    const filling = { refBlockBytes: bytes("0000"), refBlockHash: bytes("00".repeat(8)), expirationMs: 1n };
    const parsed = chain.parseRequest(body(raw), { ...context, tronFill: filling });
    expect(parsed).toMatchObject({ ok: false, message: `Required at params.raw_data.${name}` });
  });

  it("signs raw data ‖ r ‖ s ‖ v for the wallet's key", () => {
    const parsed = chain.parseRequest(body(rawData(), { address: context.address, chain_type: "tron" }), context);
    if (!parsed.ok) throw new Error(parsed.message);
    const { data: answer } = parsed.value.sign(privateKey);
    const signed = bytes(answer.signed_transaction as string);
    const [raw, signature] = [signed.slice(0, -65), signed.slice(-65)];
    expect(decodeTronTransaction(raw)).toEqual((parsed.value.operations[0] as { transaction: unknown }).transaction);
    expect([27, 28]).toContain(signature[64]);
    const parts = { r: signature.slice(0, 32), s: signature.slice(32, 64), recovery: (signature[64]! - 27) as 0 | 1 };
    expect(recoverSecp256k1(sha256(raw), parts)).toEqual(uncompressed());
    expect(() => parsed.value.sign(new Uint8Array(32).fill(8))).toThrow();
  });

  it("fills what a sending caller left out and says so", () => {
    const raw = rawData();
    for (const name of ["expiration", "ref_block_bytes", "ref_block_hash", "timestamp"]) delete raw[name];
    const request = { method: "tron_sendTransaction", params: { raw_data: raw, reference_id: "r" } };
    expect(chain.parseRequest(request, context)).toMatchObject({ ok: false });
    const tronFill = {
      refBlockBytes: bytes("abcd"),
      refBlockHash: bytes("11".repeat(8)),
      expirationMs: 7n,
      timestampMs: 6n,
    };
    const parsed = chain.parseRequest(request, { ...context, tronFill });
    if (!parsed.ok) throw new Error(parsed.message);
    expect(parsed.value.filled).toEqual(["ref_block_bytes", "ref_block_hash", "expiration", "timestamp"]);
    const { data: answer, broadcast } = parsed.value.sign(privateKey);
    expect(answer).toMatchObject({ caip2: "tron:mainnet", reference_id: "r" });
    expect(answer.hash).toBe(encodeHex(sha256(broadcast!.bytes.slice(0, -65))));
  });
});
