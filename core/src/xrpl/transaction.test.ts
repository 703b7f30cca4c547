import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chainTypes } from "../chains/chain-types.ts";
import { concatBytes } from "../chains/concat-bytes.ts";
import { verifySecp256k1 } from "../crypto/primitives.ts";
import { parseEcdsaSignatureDer } from "../encoding/der.ts";
import { decodeHex, encodeHex } from "../encoding/hex.ts";
import { encodeXrplAddress, parseXrplAddress, xrplAccountId } from "./address.ts";
import { decodeXrplTransaction, insertXrplSignature, xrplSigningDigest } from "./transaction.ts";

const fuzz = Number(process.env.MANDATE_FUZZ ?? 1);
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const bytes = (hex: string): Uint8Array => decodeHex(hex)!;

/** Signed transactions with the signature cut out: what is left must be what the signature was made over. */
const published = [
  {
    source: "XRPL documentation, `Serialization Format`, tx1 (OfferCreate)",
    before:
      "120007220008000024001ABED82A2380BF2C2019001ABED764D55920AC9391400000000000000000000000000055534400000000000A20B3C85F482532A9578DBB3950B85CA06594D165400000037E11D60068400000000000000A732103EE83BB432547885C219634A1BC407A9DB0474145D69737D09CCDC63E1DEE7FE3",
    signature:
      "30440220143759437C04F7B61F012563AFE90D8DAFC46E86035E1D965A9CED282C97D4CE02204CFD241E86F17E011298FC1A39B63386C74306A5DE047E213B0F29EFA4571C2C",
    after: "8114DD76483FACDEE26E60D8A586BB58D09F27045C46",
    type: "OfferCreate",
    account: "rMBzp8CgpE441cp5PVyA9rpVV7oT8hP3ys",
  },
  {
    source: "Dfns API documentation, `XRP Ledger: Generate Signature` (Payment)",
    before:
      "120000220000000024029A62A82E0001E240201B02A6242361400000000000000168400000000000000C732102790B1B6AB9BC9D816DDA4D2D4528996A2C78AD90E176F87D48C6F5333989DBC3",
    signature:
      "3044022062A635AA543697406C1B15E6EC33B8BBA1C62AB741D255AD822FC6F45D6C2881022024737AD61088A13134A75556707F7F73FA830991A812810DAEACF9DFFBE92DB0",
    after: "8114860184B4F4C6CC17AE9C2A77CFCD328B43EC2AAC8314543ABA55A3BEDE29C5D512FF0CB17DB626B9ED9A",
    type: "Payment",
    account: undefined,
  },
];

const chain = chainTypes.xrpl;
const privateKey = new Uint8Array(32).fill(3);
const publicKey = chain.publicKey(privateKey);
const accountId = xrplAccountId(publicKey);
const context = { address: chain.address(publicKey), publicKey };
const request = (transaction: unknown, encoding: unknown = "hex"): never =>
  ({ method: "xrpl_signTransaction", params: { transaction, encoding } }) as never;

const currency = `${"00".repeat(12)}555344${"00".repeat(5)}`;
const issuer = "0A20B3C85F482532A9578DBB3950B85CA06594D1";
const usd = (mantissaAndExponent: string): string => `${mantissaAndExponent}${currency}${issuer}`;

/** A payment of ours; `fields` are in canonical order. Left out fields are the ones that every transaction has. */
function payment(fields: Partial<Record<string, string>> = {}): Uint8Array {
  const own = {
    type: "120000",
    flags: "2280000000",
    sequence: "2400000001",
    tag: "",
    amount: "6140000000000003E8",
    fee: "68400000000000000A",
    sendMax: "",
    key: `7321${encodeHex(publicKey)}`,
    signature: "",
    account: `8114${encodeHex(accountId)}`,
    destination: `8314${issuer}`,
    objects: "",
    paths: "",
    ...fields,
  };
  return bytes(Object.values(own).join(""));
}

describe("xrpl transactions", () => {
  it("reads the plain payment that the refusals below are made of", () => {
    expect(decodeXrplTransaction(payment())).toMatchObject({ type: "Payment", hasPaths: false });
  });

  it.each<[string, Uint8Array]>([
    ["a signature", payment({ signature: "7400" })],
    ["signers", payment({ objects: "F3E01073008114".concat(issuer, "E1F1") })],
    ["a pseudo-transaction", payment({ type: "120064" })],
    ["a batch", payment({ type: "120047" })],
    ["a type that does not exist", payment({ type: "120006" })],
    ["no type", payment({ type: "" })],
    ["no sequence", payment({ sequence: "" })],
    ["no fee", payment({ fee: "" })],
    ["a fee in dollars", payment({ fee: `68${usd("D4838D7EA4C68000")}` })],
    ["no key", payment({ key: "" })],
    ["no account", payment({ account: "" })],
    ["a field twice", payment({ tag: "2E000000012E00000001" })],
    ["fields out of order", payment({ sequence: "2E000000012400000001" })],
    ["a field code with a superfluous byte", payment({ flags: "200280000000" })],
    ["a field of a type that is not known", payment({ paths: "011B00" })],
    ["a negative amount of XRP", payment({ amount: "6100000000000003E8" })],
    ["more XRP than exists", payment({ amount: "61416345785D8A0001" })],
    ["a mantissa that is not normalised", payment({ amount: `61${usd("D48000000000000A")}` })],
    ["an exponent out of range", payment({ amount: `61${usd("FFC38D7EA4C68000")}` })],
    ["XRP as an issued currency", payment({ amount: `61D4838D7EA4C68000${"00".repeat(20)}${issuer}` })],
    ["the code XRP", payment({ amount: `61D4838D7EA4C68000${"00".repeat(12)}585250${"00".repeat(5)}${issuer}` })],
    ["an account of 19 bytes", payment({ account: `8113${encodeHex(accountId).slice(2)}` })],
    ["an empty path set", payment({ paths: "011200" })],
    ["an empty path", payment({ paths: "0112FF00" })],
    ["a path step with unknown flags", payment({ paths: `011202${issuer}00` })],
    ["an array without its end", payment({ objects: "F9EA7C00E1" })],
    ["an array of something else", payment({ objects: "F97C00F1" })],
    ["objects nested without end", payment({ objects: "EA".repeat(100) })],
    ["a byte too many", concatBytes(payment(), Uint8Array.of(0))],
    ["nothing", new Uint8Array()],
  ])("refuses %s", (_name, blob) => {
    expect(decodeXrplTransaction(blob)).toBeUndefined();
    expect(chain.parseRequest(request(encodeHex(blob)), context)).toMatchObject({ ok: false, code: "invalid_data" });
  });

  it("refuses what another key would have to sign, or another account sends", () => {
    const other = chain.publicKey(new Uint8Array(32).fill(4));
    for (const blob of [
      payment({ key: `7321${encodeHex(other)}` }),
      payment({ key: "7300" }), // multi-signing
      payment({ account: `8114${issuer}` }),
    ]) {
      expect(decodeXrplTransaction(blob)).toBeDefined();
      expect(chain.parseRequest(request(encodeHex(blob)), context).ok).toBe(false);
    }
  });

  it.each<[string, unknown, unknown]>([
    ["odd hex", "120", "hex"],
    ["base64", "EgAA", "base64"],
    ["a number", 12, "hex"],
    ["no encoding", "1200", undefined],
    ["nothing", undefined, "hex"],
    ["only the prefix", "53545800", "hex"],
  ])("refuses %s", (_name, transaction, encoding) => {
    expect(chain.parseRequest(request(transaction, encoding), context).ok).toBe(false);
  });

  it("refuses or reads every mutation and truncation, and never throws", () => {
    const whole = payment({ tag: "2E00000001", sendMax: `69${usd("D4838D7EA4C68000")}`, objects: "F9EA7C02ABCDE1F1" });
    expect(decodeXrplTransaction(whole)).toBeDefined();
    for (let length = 0; length < whole.length; length++) {
      const decoded = decodeXrplTransaction(whole.subarray(0, length));
      // Cut between two fields it is another transaction, and then exactly these bytes.
      if (decoded !== undefined) expect(decoded.blob).toHaveLength(length);
    }
    const mutation = fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const mutated = whole.slice();
      mutated[at]! ^= flip;
      decodeXrplTransaction(mutated);
    });
    fc.assert(mutation, { numRuns: 2000 * fuzz });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => void decodeXrplTransaction(noise)));
  });

  it("reads memos, paths, long blobs and issued amounts", () => {
    const memo = `F9EA7CC100${"AB".repeat(193)}E1F1`;
    const paths = `011231${issuer}${currency}${issuer}FF01${issuer}00`;
    const blob = payment({
      sendMax: `69${usd("D4838D7EA4C68000")}`,
      objects: memo,
      paths: paths.replace("011231", "011231"),
    });
    expect(decodeXrplTransaction(blob)).toMatchObject({ hasPaths: true });
    const amount = decodeXrplTransaction(blob)!.amounts.get(9);
    expect(amount).toMatchObject({ kind: "issued", mantissa: 10n ** 15n, exponent: -15 });
  });

  for (const { source, before, signature, after, type, account } of published) {
    it(`agrees with the network about ${source}`, () => {
      const transaction = decodeXrplTransaction(bytes(before + after))!;
      expect(transaction.type).toBe(type);
      if (account !== undefined) expect(encodeXrplAddress(transaction.account)).toBe(account);
      expect(xrplAccountId(transaction.signingPublicKey)).toEqual(transaction.account);
      const { r, s } = parseEcdsaSignatureDer(bytes(signature), SECP256K1_ORDER)!;
      const halves = { r: to32(r), s: to32(s) };
      expect(verifySecp256k1(xrplSigningDigest(transaction), halves, transaction.signingPublicKey)).toBe(true);
      const length = (signature.length / 2).toString(16);
      expect(encodeHex(insertXrplSignature(transaction, bytes(signature))).toUpperCase()).toBe(
        `${before}74${length.toUpperCase()}${signature}${after}`,
      );
    });
  }

  it("signs with and without the signing prefix, and in its place", () => {
    for (const text of [
      encodeHex(payment()),
      `0x${encodeHex(payment())}`,
      `53545800${encodeHex(payment()).toUpperCase()}`,
    ]) {
      const parsed = chain.parseRequest(request(text), context);
      if (!parsed.ok) throw new Error(parsed.message);
      const { data } = parsed.value.sign(privateKey);
      const txnSignature = data.txn_signature as string;
      expect(txnSignature).toMatch(/^30[0-9A-F]+$/);
      const { r, s } = parseEcdsaSignatureDer(bytes(txnSignature), SECP256K1_ORDER)!;
      expect(s).toBeLessThanOrEqual(SECP256K1_ORDER / 2n);
      expect(verifySecp256k1(parsed.value.digest, { r: to32(r), s: to32(s) }, publicKey)).toBe(true);
      const length = (txnSignature.length / 2).toString(16).toUpperCase();
      const expected = encodeHex(payment({ signature: `74${length}${txnSignature}` })).toUpperCase();
      expect(data).toEqual({ signed_transaction: expected, txn_signature: txnSignature, encoding: "hex" });
      expect(() => parsed.value.sign(new Uint8Array(32).fill(4))).toThrow();
    }
  });
});

describe("xrpl addresses", () => {
  it("refuses damaged texts, other alphabets and X-addresses", () => {
    for (const text of [
      "rDTXLQ7ZKZVKz33zJbHjgVShjsBnqMBhmM",
      "DTXLQ7ZKZVKz33zJbHjgVShjsBnqMBhmN",
      "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
      "XVLhHMPHU98es4dbozjVtdWzVrDjtV5AqEL4xcZj5whKbmc",
      "",
    ]) {
      expect(parseXrplAddress(text)).toBeUndefined();
    }
  });
});

function to32(value: bigint): Uint8Array {
  return bytes(value.toString(16).padStart(64, "0"));
}
