import { readSealedRecord } from "@mandate/signer/protocol";
import type { StorageReader, StoredUser } from "../storage/storage.ts";
import { accountKeys } from "./account-keys.ts";
import type { LinkedAccountView } from "./linked-account.ts";
import { viewWallet, type WalletView } from "./wallet.ts";

/** What storage keeps of a user beside the sealed identities. */
export type UserProfile = {
  linked_accounts: LinkedAccountView[];
  custom_metadata?: { [name: string]: string | number | boolean };
  has_accepted_terms?: true;
  /** The identity of a guest: what the front end keeps instead of an account. */
  guest?: string;
};

/** All that the user may be found by, each unique in the app. */
export function accountsOf(profile: UserProfile): string[] {
  return [...accountKeys(profile.linked_accounts), ...(profile.guest === undefined ? [] : [profile.guest])];
}

/** A guest who links an account is one no more. */
export function isGuest(profile: UserProfile): boolean {
  return profile.guest !== undefined && profile.linked_accounts.length === 0;
}

export function readProfile(user: StoredUser): UserProfile {
  return JSON.parse(user.profile) as UserProfile;
}

const WALLETS_MAX = 100;

/** The wire's User (spec 05 §1): the profile, and the wallets that this user alone owns as embedded-wallet accounts. */
export async function viewUser(storage: StorageReader, user: StoredUser) {
  const profile = readProfile(user);
  // The archived ones count for the index of the others, which must not change.
  const filter = { userId: user.id, includeArchived: true };
  const page = await storage.listWallets(user.appId, filter, { cursor: undefined, limit: WALLETS_MAX });
  const wallets = page.data.map((record) => viewWallet(record.sealed));
  return composeUser(user, profile, await keepOwn(storage, user, wallets));
}

/** `wallets` are those of this user alone, oldest first, with the archived ones. */
export function composeUser(user: { id: string; createdAtMs: number }, profile: UserProfile, wallets: WalletView[]) {
  return {
    id: user.id,
    created_at: Math.floor(user.createdAtMs / 1000),
    linked_accounts: [...profile.linked_accounts, ...embeddedWallets(wallets)],
    mfa_methods: [],
    has_accepted_terms: profile.has_accepted_terms === true,
    is_guest: isGuest(profile),
    ...(profile.custom_metadata === undefined ? {} : { custom_metadata: profile.custom_metadata }),
  };
}

/** Wallets that others own too are not the user's embedded wallets. */
async function keepOwn(storage: StorageReader, user: StoredUser, wallets: WalletView[]): Promise<WalletView[]> {
  const owners = wallets.map((wallet) => ({ type: "key_quorum" as const, id: wallet.owner_id! }));
  const quorums = await storage.findRecords(user.appId, owners);
  return wallets.filter((_, at) => {
    const quorum = quorums[at];
    if (quorum === undefined) return false;
    const { body } = readSealedRecord(quorum.sealed);
    const { user_ids, authorization_keys, key_quorum_ids } = body as { [name: string]: string[] };
    return (
      user_ids?.length === 1 &&
      user_ids[0] === user.id &&
      authorization_keys?.length === 0 &&
      key_quorum_ids?.length === 0
    );
  });
}

function embeddedWallets(wallets: WalletView[]): LinkedAccountView[] {
  const indexes = new Map<string, number>();
  return wallets.flatMap((wallet) => {
    const index = indexes.get(wallet.chain_type) ?? 0;
    indexes.set(wallet.chain_type, index + 1);
    if (wallet.archived_at !== null) return [];
    const createdAtS = Math.floor(wallet.created_at / 1000);
    const account: LinkedAccountView = {
      type: "wallet",
      id: wallet.id,
      address: wallet.address,
      chain_id: chainIdOf(wallet.chain_type),
      chain_type: wallet.chain_type,
      connector_type: "embedded",
      wallet_client: "privy",
      wallet_client_type: "privy",
      wallet_index: index,
      recovery_method: "privy-v2",
      imported: wallet.imported_at !== null,
      delegated: wallet.additional_signers.length > 0,
      verified_at: createdAtS,
      first_verified_at: createdAtS,
      latest_verified_at: createdAtS,
      ...(wallet.public_key === undefined ? {} : { public_key: wallet.public_key }),
    };
    return [account];
  });
}

/** What clients read as the account's main network; only Ethereum's has a CAIP-2 form that they know. */
function chainIdOf(chainType: string): string {
  return chainType === "ethereum" ? "eip155:1" : `${chainType}:mainnet`;
}
