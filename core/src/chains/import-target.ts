import type { JsonObject } from "../encoding/json-value.ts";
import { memberOf, shorten } from "../ethereum/parsed.ts";
import { type ChainTypeName, chainTypes, INVALID_ADDRESS, isChainType } from "./chain-types.ts";
import { invalid, type Refused, unsupported } from "./signable-request.ts";

/** Which wallet an import is of (spec 04 §7): what `import/init` and `import/submit` have in common. */
export type ImportTarget = {
  chainType: ChainTypeName;
  /** As the chain type spells it. */
  address: string;
  entropyType: "private-key" | "hd";
  /** Of the HD path; absent for a private key. */
  index?: number;
  /** All of that in one text, by which the submission finds what the initiation left. */
  id: string;
};

/** BIP-32: below this an index is not hardened. */
const INDEX_END = 0x8000_0000;

export function parseImportTarget(body: JsonObject): { ok: true; target: ImportTarget } | Refused {
  const chainType = memberOf(body, "chain_type");
  if (typeof chainType !== "string") return invalid("Required at chain_type");
  if (!isChainType(chainType)) {
    return unsupported(`wallets of chain type \`${shorten(chainType)}\` are not supported by this server`);
  }
  const text = memberOf(body, "address");
  const address = typeof text === "string" ? chainTypes[chainType].canonicalAddress(text) : undefined;
  if (address === undefined) return invalid(INVALID_ADDRESS);
  const entropyType = memberOf(body, "entropy_type");
  const index = memberOf(body, "index");
  switch (entropyType) {
    case "private-key":
      if (index !== undefined) return invalid("`index` is for `entropy_type` `hd`");
      return { ok: true, target: { chainType, address, entropyType, id: `${chainType}/private-key/${address}` } };
    case "hd":
      if (typeof index !== "number" || !Number.isInteger(index) || index < 0 || index >= INDEX_END) {
        return invalid("`index` must be an integer from 0 to 2^31 - 1");
      }
      return {
        ok: true,
        target: { chainType, address, entropyType, index, id: `${chainType}/hd/${index}/${address}` },
      };
    default:
      return invalid("`entropy_type` must be `private-key` or `hd`");
  }
}
