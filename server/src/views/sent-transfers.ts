import { decodeHex0x, encodeHex } from "@mandate/core/encoding/hex";
import { openCalls } from "@mandate/core/ethereum/account-calls";
import { parseEthereumAddress, toChecksumAddress } from "@mandate/core/ethereum/address";
import { decodeTransaction } from "@mandate/core/ethereum/transaction-decode";
import type { EthereumCall } from "@mandate/core/ethereum/types";
import { encodeSolanaAddress } from "@mandate/core/solana/address";
import { type DecodedInstruction, decodeInstruction } from "@mandate/core/solana/instructions/decode";
import { instructionsOf } from "@mandate/core/solana/message-accounts";
import { decodeTransaction as decodeSolanaTransaction } from "@mandate/core/solana/transaction";
import type { StoredTransaction } from "../storage/storage.ts";

/** `token` is undefined for what fees are paid in. */
export type SentTransfer = { token: string | undefined; recipient: string; value: bigint };

/**
 * What a send moves out of its wallet, read from the bytes that were signed: value and ERC-20 transfers of the
 * transaction or of the calls it wraps, lamports and `TransferChecked` of a Solana message. What a contract moves on its
 * own account is not in those bytes, and neither is the mint of Solana's older `Transfer`.
 */
export function listSentTransfers(send: Pick<StoredTransaction, "caip2" | "signed">, wallet: string): SentTransfer[] {
  const bytes = decodeHex0x(send.signed);
  if (bytes === undefined) return [];
  return send.caip2.startsWith("solana:") ? listSolanaTransfers(bytes, wallet) : listEvmTransfers(bytes, wallet);
}

function listEvmTransfers(signed: Uint8Array, wallet: string): SentTransfer[] {
  const decoded = decodeTransaction(signed);
  const sender = parseEthereumAddress(wallet);
  if (!decoded.ok || sender === undefined || decoded.transaction.to === undefined) return [];
  const { to, value, data } = decoded.transaction;
  const call = { to, value, data };
  const calls = openCalls(sender, [call]) ?? [call];
  // What goes to the wallet itself does not leave it.
  const own = toChecksumAddress(sender);
  return calls.flatMap(readEvmCall).filter(({ recipient }) => recipient !== own);
}

/** `transfer(address,uint256)` of ERC-20: the selector and two words, the first an address without stray bytes. */
const ERC20_TRANSFER = /^a9059cbb0{24}([0-9a-f]{40})([0-9a-f]{64})$/;

function readEvmCall({ to, value, data }: EthereumCall): SentTransfer[] {
  const transfers: SentTransfer[] = [];
  if (value > 0n) transfers.push({ token: undefined, recipient: toChecksumAddress(to), value });
  const [, recipient, amount] = (data.length === 68 && ERC20_TRANSFER.exec(encodeHex(data))) || [];
  if (recipient !== undefined && amount !== undefined) {
    const bytes = parseEthereumAddress(`0x${recipient}`)!;
    transfers.push({ token: toChecksumAddress(to), recipient: toChecksumAddress(bytes), value: BigInt(`0x${amount}`) });
  }
  return transfers;
}

function listSolanaTransfers(signed: Uint8Array, wallet: string): SentTransfer[] {
  const decoded = decodeSolanaTransaction(signed);
  if (!decoded.ok) return [];
  return instructionsOf(decoded.value.message).flatMap((instruction) => {
    const transfer = readInstruction(decodeInstruction(instruction), wallet);
    return transfer === undefined ? [] : [transfer];
  });
}

function readInstruction({ program, name, fields }: DecodedInstruction, wallet: string): SentTransfer | undefined {
  if (fields === undefined) return undefined;
  const addressOf = (field: string) => {
    const found = fields.get(field);
    return found?.type === "address" && found.address !== undefined ? encodeSolanaAddress(found.address) : undefined;
  };
  const integerOf = (field: string) => {
    const found = fields.get(field);
    return found?.type === "integer" ? found.value : undefined;
  };
  if (program === "system" && name === "Transfer") {
    const [recipient, value] = [addressOf("to"), integerOf("lamports")];
    if (addressOf("from") !== wallet || recipient === undefined || value === undefined) return undefined;
    return { token: undefined, recipient, value };
  }
  if ((program === "token" || program === "token-2022") && name === "TransferChecked") {
    const [token, recipient, value] = [addressOf("mint"), addressOf("destination"), integerOf("amount")];
    if (addressOf("authority") !== wallet || token === undefined || recipient === undefined || value === undefined)
      return undefined;
    return { token, recipient, value };
  }
  return undefined;
}
