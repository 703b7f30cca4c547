import type { PrivyClient } from "@privy-io/node";
import { makeAuthorizationKey } from "./authorization-key.ts";
import type { IdentityProvider } from "./identity-provider.ts";

/** `owner` goes into the request that makes the wallet, `authority` is the SDK's context of whoever may sign for it. */
export type WalletOwner = { owner: object; authority: object };

type World = { privy: PrivyClient; provider: IdentityProvider };

let made = 0;

/** Every kind of owner that a wallet can have, fresh for each wallet. */
export const walletOwners: { readonly [kind: string]: (world: World) => Promise<WalletOwner> } = {
  ownerless: async () => ({ owner: {}, authority: {} }),
  async "owned by a key"() {
    const key = makeAuthorizationKey();
    return {
      owner: { owner: { public_key: key.publicKey } },
      authority: { authorization_private_keys: [key.privateKey] },
    };
  },
  async "owned by a user"({ privy, provider }) {
    const { id, subject } = await makeUser(privy);
    return { owner: { owner: { user_id: id } }, authority: { user_jwts: [await provider.issue(subject)] } };
  },
  async "owned by a quorum of user, key and child quorum"({ privy, provider }) {
    const [own, child] = [makeAuthorizationKey(), makeAuthorizationKey()];
    const user = await makeUser(privy);
    const { id: childId } = await privy.keyQuorums().create({ public_keys: [child.publicKey] });
    const quorum = await privy.keyQuorums().create({
      public_keys: [own.publicKey],
      user_ids: [user.id],
      key_quorum_ids: [childId],
      authorization_threshold: 3,
    });
    const authority = {
      authorization_private_keys: [own.privateKey, child.privateKey],
      user_jwts: [await provider.issue(user.subject)],
    };
    return { owner: { owner_id: quorum.id }, authority };
  },
};

async function makeUser(privy: PrivyClient): Promise<{ id: string; subject: string }> {
  const subject = `owner-${++made}`;
  const { id } = await privy.users().create({ linked_accounts: [{ type: "custom_auth", custom_user_id: subject }] });
  return { id, subject };
}
