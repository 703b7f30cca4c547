import { encodeUtf8 } from "../encoding/utf8.ts";
import type { AuthorizationSignature } from "./authorization-signature.ts";

export type ApprovalQuestion = {
  signatures: AuthorizationSignature[];
  /** Canonical payloads that authorise the request, the likeliest first; read only as far as needed. */
  candidates: Iterable<string>;
  /** The distinct public keys that could approve, as canonical base64 of SPKI DER. */
  keys: string[];
  /** ECDSA P-256 with SHA-256 over `message`, high s allowed. */
  verifyP256: (publicKeySpkiBase64: string, message: Uint8Array, signatureDer: Uint8Array) => boolean;
  /** Bounds the CPU of one request; 400 when left out. */
  verificationsMax?: number;
};

/** How one key approved: over which payload, by which signature. */
export type Approval = { canonical: string; rHex: string };

export type VerifiedApprovals = {
  /** By public key, in the order in which they were found. */
  approvals: Map<string, Approval>;
  verifications: number;
  /** Whether the bound ended the search, so that an approval may have been missed. */
  exhausted: boolean;
};

const VERIFICATIONS_MAX = 400;

/**
 * Finds the keys whose holders signed one of the candidate payloads. A signature approves for one key, and a key needs
 * one signature; different signatures may match different candidates. The usual request, one signature by the only key
 * over the first candidate, costs one verification.
 */
export function verifyApprovals(question: ApprovalQuestion): VerifiedApprovals {
  const { candidates, verifyP256, verificationsMax = VERIFICATIONS_MAX } = question;
  const approvals = new Map<string, Approval>();
  let signatures = question.signatures;
  let keys = [...new Set(question.keys)];
  let verifications = 0;
  if (signatures.length === 0 || keys.length === 0) return { approvals, verifications, exhausted: false };

  for (const canonical of candidates) {
    const message = encodeUtf8(canonical);
    const unmatched: AuthorizationSignature[] = [];
    for (const signature of signatures) {
      let signer: string | undefined;
      for (const key of keys) {
        if (verifications === verificationsMax) return { approvals, verifications, exhausted: true };
        verifications++;
        if (verifyP256(key, message, signature.der)) {
          signer = key;
          break;
        }
      }
      if (signer === undefined) {
        unmatched.push(signature);
        continue;
      }
      approvals.set(signer, { canonical, rHex: signature.rHex });
      keys = keys.filter((key) => key !== signer);
    }
    signatures = unmatched;
    if (signatures.length === 0 || keys.length === 0) break;
  }
  return { approvals, verifications, exhausted: false };
}
