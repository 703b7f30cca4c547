import { base58 } from "@scure/base";
import { describe, expect, it } from "vitest";
import { signEd25519Checked } from "../crypto/ed25519.ts";
import { ed25519PublicKey, verifyEd25519 } from "../crypto/primitives.ts";
import type { JsonObject, JsonValue } from "../encoding/json-value.ts";
import {
  address,
  addressBytes,
  base64,
  buildMessage,
  buildTransaction,
  messageBase64,
  ownMessages,
  transactionBase64,
  transfer,
  WALLET,
} from "../testing/solana-fixtures.ts";
import { fromHex } from "../testing/wycheproof.ts";
import { encodeMessage } from "./message.ts";
import { describeResult, parseSolanaRequest, requestBytes } from "./request.ts";
import { decodeTransaction } from "./transaction.ts";
import type { SolanaMessage } from "./types.ts";

const context = { walletAddress: addressBytes(WALLET), walletId: "wallet" };
const CAIP2 = "solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1";
const message = buildMessage([transfer(address(1), 5n)]);
const transaction = transactionBase64(buildTransaction(message));

const signMessage = (text: string, more: JsonObject = {}): JsonObject => ({
  method: "signMessage",
  params: { message: text, encoding: "base64" },
  ...more,
});
const signTransaction = (text: string, more: JsonObject = {}): JsonObject => ({
  method: "signTransaction",
  params: { transaction: text, encoding: "base64" },
  ...more,
});
const send = (text: string, more: JsonObject = {}): JsonObject => ({
  method: "signAndSendTransaction",
  caip2: CAIP2,
  params: { transaction: text, encoding: "base64" },
  ...more,
});

function refusal(body: JsonValue): string {
  const parsed = parseSolanaRequest(body, context);
  return parsed.ok ? "accepted" : `${parsed.code}: ${parsed.message}`;
}

describe("parseSolanaRequest refuses", () => {
  it("bodies that are no request, without throwing", () => {
    const polluted = JSON.parse('{"__proto__":{"method":"signMessage"},"params":{}}') as JsonValue;
    const odd: JsonValue[] = [null, 1, "signMessage", [], {}, { method: 5 }, { method: "constructor" }, polluted];
    for (const body of odd) expect(refusal(body)).toMatch(/^invalid_data: /);
    expect(refusal({ method: "__proto__" })).toContain("not a method");
    expect(refusal({ method: "personal_sign", params: {} })).toContain("not a method of Solana wallets");
    expect(refusal({ method: "exportPrivateKey" })).toMatch(/^not_supported/);
    for (const params of [null, 5, [], "x", {}, { message: 5, encoding: "base64" }, { message: "" }] as JsonValue[]) {
      expect(refusal({ method: "signMessage", params })).toMatch(/^invalid_data: /);
    }
  });

  it("unknown members at every level", () => {
    expect(refusal(signMessage("aGk=", { caip2: CAIP2 }))).toContain("Unrecognized key(s) in object: 'caip2'");
    expect(refusal(signTransaction(transaction, { optimistic_broadcast: true }))).toContain("'optimistic_broadcast'");
    expect(refusal({ method: "signMessage", params: { message: "aGk=", encoding: "base64", x: 1 } })).toContain("'x'");
  });

  it("another wallet's address, id or chain type", () => {
    const other = address(3);
    expect(refusal(signMessage("aGk=", { address: other }))).toContain("not the wallet's");
    expect(refusal(signMessage("aGk=", { address: "0x00" }))).toContain("must be a Solana address");
    expect(refusal(signMessage("aGk=", { wallet_id: "other" }))).toContain("not the wallet's");
    expect(refusal(signMessage("aGk=", { chain_type: "ethereum" }))).toContain("not the wallet's");
    expect(refusal(signMessage("aGk=", { address: WALLET, wallet_id: "wallet", chain_type: "solana" }))).toBe(
      "accepted",
    );
  });

  it("encodings but base64, and base64 in any but its one spelling", () => {
    expect(refusal({ method: "signMessage", params: { message: "aGk=", encoding: "utf-8" } })).toContain("`encoding`");
    for (const text of ["aGk", "aGl=", "aG k=", "aGk=\n", "_w==", "hello world"]) {
      expect(refusal(signMessage(text)), text).toContain("standard base64");
    }
    expect(refusal(signMessage("A".repeat(300_004)))).toContain("300002 characters");
  });

  it("I14: messages that are a transaction, or its message", () => {
    for (const version of ["legacy", 0] as const) {
      const bytes = messageBase64(buildMessage([transfer(address(1), 5n)], { version }));
      expect(refusal(signMessage(bytes))).toContain("could be a transaction");
    }
    expect(refusal(signMessage(transaction))).toContain("could be a transaction");
    for (const { message_base64 } of ownMessages) expect(refusal(signMessage(message_base64))).toContain("could be");
  });

  it("transactions that do not decode, or do not need the wallet's signature", () => {
    expect(refusal(signTransaction(""))).toMatch(/^invalid_solana_transaction: /);
    expect(refusal(signTransaction(messageBase64(message)))).toMatch(/^invalid_solana_transaction: /);
    const foreign = buildMessage([transfer(address(1), 5n)], { payer: address(7) });
    expect(refusal(signTransaction(transactionBase64(buildTransaction(foreign))))).toBe(
      "invalid_solana_transaction: the wallet is not among the transaction's signers",
    );
    const trailing = base64(Uint8Array.of(...Buffer.from(transaction, "base64"), 0));
    expect(refusal(signTransaction(trailing))).toContain("bytes after the end");
  });

  it("to send without a chain, on another chain, sponsored, or with a signature missing", () => {
    expect(refusal({ ...send(transaction), caip2: "eip155:1" })).toContain("CAIP-2");
    expect(refusal({ ...send(transaction), caip2: `solana:${"x".repeat(33)}` })).toContain("CAIP-2");
    const { caip2: _, ...without } = send(transaction);
    expect(refusal(without)).toBe("invalid_data: `caip2` is required");
    expect(refusal(send(transaction, { sponsor: true }))).toMatch(/^not_supported/);
    expect(refusal(send(transaction, { sponsor_options: {} }))).toMatch(/^not_supported/);
    expect(refusal(send(transaction, { sponsor: "yes" }))).toContain("`sponsor`");
    expect(refusal(send(transaction, { reference_id: "" }))).toContain("`reference_id`");
    expect(refusal(send(transaction, { optimistic_broadcast: "yes" }))).toContain("`optimistic_broadcast`");
    const two: SolanaMessage = {
      ...message,
      requiredSignatures: 2,
      accountKeys: [addressBytes(address(8)), ...message.accountKeys],
      instructions: [],
    };
    const incomplete = transactionBase64(buildTransaction(two));
    expect(refusal(signTransaction(incomplete))).toBe("accepted");
    expect(refusal(send(incomplete))).toContain(`the signature of ${address(8)} is missing`);
  });
});

describe("a signed request", () => {
  const seed = new Uint8Array(32).fill(9);
  const publicKey = ed25519PublicKey(seed);
  const wallet = base58.encode(publicKey);
  const request = (body: JsonObject) => {
    const parsed = parseSolanaRequest(body, { walletAddress: publicKey });
    if (!parsed.ok) throw new Error(parsed.message);
    return parsed.request;
  };

  it("of a message is the signature of its bytes as they are", () => {
    const parsed = request(signMessage(base64(Buffer.from("hello"))));
    expect(requestBytes(parsed)).toEqual(Uint8Array.from(Buffer.from("hello")));
    const signature = signEd25519Checked(requestBytes(parsed), seed);
    expect(describeResult(parsed, signature)).toEqual({ signature: base64(signature), encoding: "base64" });
  });

  it("of a transaction has ours in its place, whatever was there, and the others as they were", () => {
    const cosigned: SolanaMessage = {
      ...message,
      requiredSignatures: 3,
      accountKeys: [address(8), wallet, address(9), ...[address(1), address(2)]].map(addressBytes),
      instructions: [{ programIdIndex: 4, accountIndexes: [0, 1], data: Uint8Array.of(1) }],
    };
    const signatures = [1, 2, 3].map((n) => new Uint8Array(64).fill(n));
    const given = { signatures, message: cosigned };
    const parsed = request(signTransaction(transactionBase64(given)));
    expect(requestBytes(parsed)).toEqual(encodeMessage(cosigned));
    const signature = signEd25519Checked(requestBytes(parsed), seed);
    const result = describeResult(parsed, signature);
    expect(result.encoding).toBe("base64");
    const signed = decodeTransaction(Uint8Array.from(Buffer.from(String(result.signed_transaction), "base64")));
    expect(signed).toEqual({
      ok: true,
      value: { message: cosigned, signatures: [signatures[0], signature, signatures[2]] },
    });
    expect(verifyEd25519(publicKey, encodeMessage(cosigned), signature)).toBe(true);

    const sent = request(send(transactionBase64(given), { reference_id: "r", optimistic_broadcast: true }));
    expect(sent).toMatchObject({ caip2: CAIP2, referenceId: "r", skipPreflight: true });
    expect(describeResult(sent, signature)).toEqual({
      hash: base58.encode(signatures[0]!),
      caip2: CAIP2,
      signed_transaction: result.signed_transaction,
      reference_id: "r",
    });
  });

  it.skipIf(ownMessages.length === 0)("of the vectors is what web3.js signed (65)", () => {
    for (const vector of ownMessages) {
      const owner = addressBytes(vector.owner);
      const bytes = Uint8Array.from(Buffer.from(vector.message_base64, "base64"));
      const count = bytes[0] === 0x80 ? bytes[1]! : bytes[0]!;
      const wire = base64(Uint8Array.of(count, ...new Uint8Array(64 * count), ...bytes));
      const parsed = parseSolanaRequest(signTransaction(wire), { walletAddress: owner });
      if (!parsed.ok) throw new Error(parsed.message);
      expect(requestBytes(parsed.request)).toEqual(bytes);
      const signature = signEd25519Checked(requestBytes(parsed.request), fromHex(vector.owner_seed), owner);
      expect(base58.encode(signature)).toBe(vector.owner_signature);
    }
  });
});
