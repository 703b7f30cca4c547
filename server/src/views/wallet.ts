import { readSealedRecord } from "@mandate/signer/protocol";
import { viewPublicKey } from "./wallet-public-key.ts";

export type WalletView = {
  id: string;
  address: string;
  chain_type: string;
  policy_ids: string[];
  owner_id: string | null;
  additional_signers: { signer_id: string; override_policy_ids?: string[] }[];
  created_at: number;
  exported_at: number | null;
  imported_at: number | null;
  archived_at: number | null;
  public_key?: string;
  display_name?: string;
  external_id?: string;
  entity?: { id: string; type: string };
};

/** The wire's Wallet (spec 04 §1), from the sealed record. */
export function viewWallet(sealed: string): WalletView {
  const { id, created_at, body } = readSealedRecord(sealed);
  const wallet = body as Omit<WalletView, "display_name" | "external_id" | "public_key"> & {
    display_name: string | null;
    external_id: string | null;
    verifying_key: string;
  };
  const publicKey = viewPublicKey(wallet.chain_type, wallet.verifying_key);
  return {
    id,
    address: wallet.address,
    chain_type: wallet.chain_type,
    policy_ids: wallet.policy_ids,
    owner_id: wallet.owner_id,
    additional_signers: wallet.additional_signers,
    created_at,
    exported_at: wallet.exported_at,
    imported_at: wallet.imported_at,
    archived_at: wallet.archived_at,
    ...(publicKey === undefined ? {} : { public_key: publicKey }),
    ...(wallet.display_name === null ? {} : { display_name: wallet.display_name }),
    ...(wallet.external_id === null ? {} : { external_id: wallet.external_id }),
    ...(wallet.entity === undefined ? {} : { entity: wallet.entity }),
  };
}
