import type { JsonValue } from "../encoding/json-value.ts";
import { parseEthereumSignable } from "../ethereum/signable.ts";
import { parseSolanaSignable } from "../solana/signable.ts";
import { type ChainTypeName, chainTypes } from "./chain-types.ts";
import type { ParsedSignable, SigningContext } from "./signable-request.ts";

/** Decodes the body of `POST /v1/wallets/{id}/rpc` for a wallet of any chain type (spec 04 §4). */
export function parseWalletRequest(body: JsonValue, chainType: ChainTypeName, context: SigningContext): ParsedSignable {
  switch (chainType) {
    case "ethereum":
      return parseEthereumSignable(body, context);
    case "solana":
      return parseSolanaSignable(body, context);
    default:
      return chainTypes[chainType].parseRequest(body, context);
  }
}
