import { readSealedRecord } from "@mandate/signer/protocol";

/** The wire's KeyQuorum (spec 02 §1), from the sealed record. */
export function viewKeyQuorum(sealed: string) {
  const { id, body } = readSealedRecord(sealed);
  const quorum = body as {
    display_name: string | null;
    authorization_threshold: number | null;
    authorization_keys: { public_key: string; display_name: string | null }[];
    user_ids: string[];
    key_quorum_ids: string[];
  };
  return {
    id,
    display_name: quorum.display_name,
    authorization_threshold: quorum.authorization_threshold,
    authorization_keys: quorum.authorization_keys,
    user_ids: quorum.user_ids.length === 0 ? null : quorum.user_ids,
    ...(quorum.key_quorum_ids.length === 0 ? {} : { key_quorum_ids: quorum.key_quorum_ids }),
  };
}
