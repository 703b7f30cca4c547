import { base58 } from "@scure/base";
import { describe, expect, it } from "vitest";
import { signEd25519Checked } from "../crypto/ed25519.ts";
import {
  address,
  addressBytes,
  buildMessage,
  instruction,
  ledgerMessages,
  lookup,
  ownMessages,
  SYSTEM,
  transfer,
  WALLET,
} from "../testing/solana-fixtures.ts";
import { fromHex } from "../testing/wycheproof.ts";
import { encodeSolanaAddress } from "./address.ts";
import { decodeMessage, encodeMessage } from "./message.ts";
import { accountAt, instructionsOf, signerIndexOf } from "./message-accounts.ts";
import type { SolanaMessage } from "./types.ts";

const plain = buildMessage([transfer(address(1), 5n)], { version: "legacy" });
const versioned = buildMessage([transfer(lookup(0), 5n)]);

function refusal(message: SolanaMessage | Uint8Array): string {
  const decoded = decodeMessage(message instanceof Uint8Array ? message : encodeMessage(message));
  return decoded.ok ? "accepted" : decoded.message;
}

describe("decodeMessage refuses", () => {
  it("every message cut short, and any byte behind it", () => {
    for (const message of [plain, versioned]) {
      const bytes = encodeMessage(message);
      for (let length = 0; length < bytes.length; length++) {
        expect(refusal(bytes.slice(0, length)), `${length}`).toBe("the data ends too early");
      }
      expect(refusal(Uint8Array.of(...bytes, 0))).toContain("bytes after the end");
    }
  });

  it("versions that are not 0", () => {
    const bytes = encodeMessage(versioned);
    for (let first = 0x81; first <= 0xff; first++) expect(refusal(bytes.with(0, first))).toContain("version");
  });

  it("lengths in a longer spelling", () => {
    const bytes = encodeMessage(plain);
    expect(bytes[3]).toBe(3);
    expect(refusal(Uint8Array.of(...bytes.slice(0, 3), 0x83, 0, ...bytes.slice(4)))).toContain("shortest spelling");
  });

  it("headers that count accounts which are not there, and fee payers that are not written to", () => {
    expect(refusal({ ...plain, requiredSignatures: 4 })).toContain("more accounts");
    expect(refusal({ ...plain, readonlyUnsigned: 3 })).toContain("more accounts");
    expect(refusal({ ...plain, requiredSignatures: 0 })).toContain("fee payer");
    expect(refusal({ ...plain, readonlySigned: 1 })).toContain("fee payer");
    expect(refusal({ ...plain, accountKeys: [], instructions: [] })).toContain("more accounts");
  });

  it("an account named twice", () => {
    const accountKeys = plain.accountKeys.with(2, plain.accountKeys[0]!);
    expect(refusal({ ...plain, accountKeys })).toContain("twice");
  });

  it("indexes out of bounds, and programs that pay or are from lookup tables", () => {
    const [first] = plain.instructions;
    const with_ = (change: Partial<typeof first>): SolanaMessage => ({
      ...plain,
      instructions: [{ ...first!, ...change }],
    });
    expect(refusal(with_({ programIdIndex: 3 }))).toContain("not among the message's account keys");
    expect(refusal(with_({ programIdIndex: 0 }))).toContain("fee payer cannot be a program");
    expect(refusal(with_({ accountIndexes: [0, 3] }))).toContain("does not have");
    const [loaded] = versioned.instructions;
    const loadedProgram = { ...loaded!, programIdIndex: versioned.accountKeys.length };
    expect(refusal({ ...versioned, instructions: [loadedProgram] })).toContain("not among the message's account keys");
    const beyond = { ...loaded!, accountIndexes: [versioned.accountKeys.length + 3] };
    expect(refusal({ ...versioned, instructions: [beyond] })).toContain("does not have");
  });

  it("lookups of nothing, and more accounts than an index can name", () => {
    const table = { tableAddress: new Uint8Array(32), writableIndexes: [], readonlyIndexes: [] };
    expect(refusal({ ...versioned, addressTableLookups: [table] })).toContain("loads no account");
    const many = { ...table, writableIndexes: Array.from({ length: 127 }, (_, i) => i) };
    const message = { ...versioned, addressTableLookups: [many, { ...many, readonlyIndexes: [1] }] };
    expect(refusal(message)).toContain("more than 256 accounts");
  });

  it("what does not fit in a packet with its signatures", () => {
    const sized = (data: number) => buildMessage([instruction(address(9), [], new Uint8Array(data))]);
    const overhead = encodeMessage(sized(200)).length - 200;
    const most = 1232 - 65 - overhead;
    expect(refusal(sized(most))).toBe("accepted");
    expect(refusal(sized(most + 1))).toContain("more than 1232 bytes");
    expect(refusal(new Uint8Array(1233))).toContain("longer than");
  });
});

describe("accountAt", () => {
  it("knows who signs, who is written to, and whom only the chain knows", () => {
    const message: SolanaMessage = {
      ...versioned,
      requiredSignatures: 2,
      readonlySigned: 1,
      readonlyUnsigned: 1,
      accountKeys: [1, 2, 3, 4].map((n) => addressBytes(address(n))),
      addressTableLookups: [
        { tableAddress: new Uint8Array(32), writableIndexes: [0], readonlyIndexes: [1] },
        { tableAddress: new Uint8Array(32).fill(1), writableIndexes: [4], readonlyIndexes: [] },
      ],
    };
    const flags = Array.from({ length: 7 }, (_, index) => {
      const { address, isSigner, isWritable } = accountAt(message, index);
      return `${address?.[0] ?? "?"}${isSigner ? "s" : ""}${isWritable ? "w" : ""}`;
    });
    expect(flags).toEqual(["1sw", "2s", "3w", "4", "?w", "?w", "?"]);
    expect(signerIndexOf(message, addressBytes(address(2)))).toBe(1);
    expect(signerIndexOf(message, addressBytes(address(3)))).toBeUndefined();
  });
});

describe.skipIf(ownMessages.length === 0)("the messages that web3.js makes", () => {
  it("decode to what @solana/kit sees in them, and encode back (65)", () => {
    for (const vector of ownMessages) {
      const bytes = Uint8Array.from(Buffer.from(vector.message_base64, "base64"));
      const decoded = decodeMessage(bytes);
      if (!decoded.ok) throw new Error(decoded.message);
      const message = decoded.value;
      expect(encodeMessage(message)).toEqual(bytes);
      expect(message.version).toBe(vector.form === "legacy" ? "legacy" : 0);
      expect(message.addressTableLookups.length > 0).toBe(vector.uses_lookup_tables);
      expect(encodeSolanaAddress(message.accountKeys[0]!)).toBe(vector.fee_payer);
      const instructions = instructionsOf(message).map(({ programId, accounts, data }) => ({
        program: encodeSolanaAddress(programId),
        accounts: accounts.map((one) =>
          one.address === undefined ? "ADDRESS_TABLE_LOOKUP" : encodeSolanaAddress(one.address),
        ),
        data_base58: base58.encode(data),
      }));
      expect(instructions).toEqual(vector.instructions);
      expect(signerIndexOf(message, addressBytes(vector.owner))).toBeDefined();
      const signature = signEd25519Checked(
        encodeMessage(message),
        fromHex(vector.owner_seed),
        addressBytes(vector.owner),
      );
      expect(base58.encode(signature)).toBe(vector.owner_signature);
    }
    expect(ownMessages).toHaveLength(65);
  });
});

describe.skipIf(Object.keys(ledgerMessages).length === 0)("the messages of a hardware wallet", () => {
  it("decode and encode back, or are ones that the runtime refuses as well (34)", () => {
    const refused: string[] = [];
    for (const [name, text] of Object.entries(ledgerMessages)) {
      const bytes = Uint8Array.from(Buffer.from(text, "base64"));
      const decoded = decodeMessage(bytes);
      if (decoded.ok) expect(encodeMessage(decoded.value), name).toEqual(bytes);
      else refused.push(`${name}: ${decoded.message}`);
    }
    expect(refused).toEqual([
      "nonce_withdraw: the message has no writable fee payer",
      "spl_token_create_multisig: the message names an account twice",
      "stake_authorize_withdrawer: the message has no writable fee payer",
      "stake_delegate_with_nonce: the message has no writable fee payer",
      "stake_set_lockup: the message has no writable fee payer",
      "stake_split_with_seed_v1_1: the message has no writable fee payer",
      "stake_withdraw: the message has no writable fee payer",
      "system_nonce_authorize: the message has no writable fee payer",
      "vote_authorize_both: the message has no writable fee payer",
      "vote_authorize_voter: the message has no writable fee payer",
      "vote_update_node_v1_0_8: the message has no writable fee payer",
    ]);
    expect(Object.keys(ledgerMessages)).toHaveLength(34);
  });
});

it("accepts a message without instructions, which a policy then denies", () => {
  expect(refusal(buildMessage([]))).toBe("accepted");
  expect(instructionsOf(buildMessage([]))).toEqual([]);
  expect(refusal(buildMessage([transfer(WALLET, 0n)]))).toBe("accepted");
  expect(refusal(buildMessage([instruction(SYSTEM, [])]))).toBe("accepted");
});
