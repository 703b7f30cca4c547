import { candidatePayloads } from "@mandate/core/authorization/authorization-payload";
import { parseAuthorizationSignatures } from "@mandate/core/authorization/authorization-signature";
import { verifyApprovals } from "@mandate/core/authorization/verify-approvals";
import { verifyP256 } from "@mandate/core/crypto/primitives";
import { signedRequest } from "./authorize.ts";
import type { Operation } from "./operation.ts";
import { Refusal } from "./refusal.ts";
import { authorizeTeam } from "./team.ts";

/** How far ahead an operator's request may expire: long enough for a slow link, too short to be kept for later. */
const EXPIRY_AHEAD_MAX_MS = 10 * 60 * 1000;

/** The operator's key signed this request, and not long ago, or a member of the team may make it. Throws otherwise. */
export function authorizeOperator(op: Operation): void {
  if (op.team !== undefined) {
    authorizeTeam(op, "operator key");
    return;
  }
  const { operatorPublicKey } = op.ctx;
  if (operatorPublicKey === undefined)
    throw new Refusal(401, "missing_or_invalid_token", "this signer knows no operator key");
  if (op.requestExpiryMs === undefined || op.requestExpiryMs > op.nowMs + EXPIRY_AHEAD_MAX_MS) {
    throw new Refusal(
      401,
      "missing_or_invalid_token",
      "operator requests must carry a privy-request-expiry at most 10 minutes ahead",
    );
  }
  const header = parseAuthorizationSignatures(op.signatureHeader);
  const { approvals } = verifyApprovals({
    signatures: header.ok ? header.signatures : [],
    candidates: (function* () {
      for (const { canonical } of candidatePayloads(signedRequest(op))) yield canonical;
    })(),
    keys: [operatorPublicKey],
    verifyP256,
    verificationsMax: 20,
  });
  if (!approvals.has(operatorPublicKey)) {
    throw new Refusal(401, "missing_or_invalid_token", "the request is not signed with the operator's key");
  }
}
