import {
  type Hex,
  hashTypedData,
  keccak256,
  parseSignature,
  parseTransaction,
  recoverAddress,
  recoverMessageAddress,
  recoverTransactionAddress,
  serializeTransaction,
} from "viem";
import { recoverAuthorizationAddress } from "viem/utils";
import { beforeAll, describe, expect, it } from "vitest";
import { createTestSigner, Harness, type TestApp, type TestWallet } from "../testing/harness.ts";
import { seededRng } from "../testing/rng.ts";

/** What leaves is a signature by this wallet over exactly this request, judged by a library that is not ours (I19). */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;
const ROUNDS = Math.round(40 * Number(process.env.MANDATE_FUZZ ?? 1));

let harness: Harness;
let app: TestApp;
let wallets: TestWallet[];

beforeAll(async () => {
  harness = Harness.inProcess(await createTestSigner());
  app = await harness.createApp("sign");
  wallets = await Promise.all([1, 2, 3].map(() => harness.createWallet(app)));
  expect(new Set(wallets.map(({ address }) => address)).size).toBe(3);
});

async function sign(wallet: TestWallet, body: object) {
  const answer = await harness.rpc(app, wallet, body, []);
  if (answer.outcome !== "accepted") return expect.unreachable(JSON.stringify(answer));
  // The same request again is the same signature: RFC 6979 leaves no choice (and no second nonce).
  const again = await harness.rpc(app, wallet, body, []);
  expect(again).toMatchObject({
    result: answer.result,
    ...(answer.transaction ? { transaction: answer.transaction } : {}),
  });
  return answer;
}

function expectLowS(s: bigint | Hex): void {
  expect(BigInt(s)).toBeLessThanOrEqual(HALF_ORDER);
}

describe("every released signature recovers to the wallet, has a low s and is repeatable", () => {
  it("personal_sign", async () => {
    const seen = new Set<string>();
    for (let round = 0; round < ROUNDS; round++) {
      const wallet = wallets[round % 3]!;
      const raw = `0x${Buffer.from(`message ${round} é`).toString("hex")}` as Hex;
      const { result } = await sign(wallet, { method: "personal_sign", params: { message: raw, encoding: "hex" } });
      const signature = result!.signature as Hex;
      expect(await recoverMessageAddress({ message: { raw }, signature })).toBe(wallet.address);
      const { r, s } = parseSignature(signature);
      expectLowS(s);
      expect(seen.has(r)).toBe(false);
      seen.add(r);
    }
  });

  it("transactions of types 0, 1 and 2, signed and to be sent", async () => {
    const rng = seededRng(19);
    const hex = (value: number) => `0x${value.toString(16)}`;
    for (let round = 0; round < ROUNDS; round++) {
      const wallet = wallets[round % 3]!;
      const type = rng.pick([0, 1, 2]);
      const fees =
        type === 2
          ? { max_fee_per_gas: hex(1000 + rng.int(1e9)), max_priority_fee_per_gas: hex(rng.int(1000)) }
          : { gas_price: hex(rng.int(1e9)) };
      const to = `0x${(rng.int(2 ** 31) + 1).toString(16).padStart(40, "0")}`;
      const data = `0x${"ab".repeat(rng.int(200))}`;
      const value = `0x${(BigInt(rng.int(2 ** 31)) << BigInt(rng.int(200))).toString(16)}`;
      const transaction = {
        type,
        to,
        data,
        value,
        nonce: rng.int(1000),
        chain_id: 31337,
        gas_limit: rng.int(1e7),
        ...fees,
      };
      const isSend = rng.chance(0.5);
      const answer = await sign(wallet, {
        method: isSend ? "eth_sendTransaction" : "eth_signTransaction",
        ...(isSend ? { caip2: "eip155:31337" } : {}),
        params: { transaction },
      });
      const signed = (isSend ? answer.transaction!.signed : answer.result!.signed_transaction) as Hex;
      expect(await recoverTransactionAddress({ serializedTransaction: signed as never })).toBe(wallet.address);
      const parsed = parseTransaction(signed);
      expectLowS(parsed.s!);
      expect(parsed).toMatchObject({ chainId: 31337, gas: BigInt(transaction.gas_limit) || undefined });
      expect([parsed.to, parsed.data ?? "0x", parsed.value ?? 0n]).toEqual([to, data, BigInt(value)]);
      // Decoded and encoded again by the other library it is the same bytes (I8).
      const { r, s, v, yParity, ...unsigned } = parsed;
      expect(serializeTransaction(unsigned as never, { r: r!, s: s!, v: v!, yParity: yParity! } as never)).toBe(signed);
      if (isSend) expect(answer.transaction!.hash).toBe(keccak256(signed));
    }
  });

  it("typed data, authorizations and hashes", async () => {
    const wallet = wallets[0]!;
    for (let round = 0; round < ROUNDS / 4; round++) {
      const types = { EIP712Domain: [{ name: "chainId", type: "uint256" }], Note: [{ name: "text", type: "string" }] };
      const typed = { types, domain: { chainId: round + 1 }, message: { text: `note ${round}` } };
      const typed_data = { ...typed, primary_type: "Note" };
      const { result: note } = await sign(wallet, { method: "eth_signTypedData_v4", params: { typed_data } });
      const hash = hashTypedData({ ...typed, primaryType: "Note" } as never);
      expect(await recoverAddress({ hash, signature: note!.signature as Hex })).toBe(wallet.address);

      const digest = keccak256(`0x${round.toString(16).padStart(4, "0")}`);
      const { result: raw } = await sign(wallet, { method: "secp256k1_sign", params: { hash: digest } });
      expect(await recoverAddress({ hash: digest, signature: raw!.signature as Hex })).toBe(wallet.address);

      const params = { contract: wallets[1]!.address, chain_id: 31337, nonce: round };
      const { result } = await sign(wallet, { method: "eth_sign7702Authorization", params });
      const authorization = result!.authorization as { r: Hex; s: Hex; y_parity: number; contract: Hex; nonce: number };
      const { r, s, y_parity: yParity, contract: address, nonce } = authorization;
      expectLowS(s);
      const signed = { address, chainId: 31337, nonce, r, s, yParity };
      expect(await recoverAuthorizationAddress({ authorization: signed })).toBe(wallet.address);
    }
  });
});
