import type { Receipt } from "../protocol.ts";
import type { Operation } from "./operation.ts";
import { makeReceipt } from "./receipt.ts";
import type { Refusal } from "./refusal.ts";

/** What was refused for want of authority. Malformed requests are no decisions, and nobody without the app's secret writes into its log. */
const RECORDED: ReadonlySet<string> = new Set([
  "missing_or_empty_authorization_header",
  "zero_correct_authorization_signatures",
  "insufficient_correct_authorization_signatures",
  "no_valid_user_session_keys",
  "user_session_keys_expired",
  "missing_or_invalid_token",
]);

export function recordRefusal(op: Operation, { status, code }: Refusal): Receipt | undefined {
  const isAuthenticated = op.records.used().some(({ type }) => type === "app");
  if (!isAuthenticated || !RECORDED.has(code)) return undefined;
  const id = op.route.params.id;
  const walletId = /\/wallets\/:id/.test(op.route.pattern) ? id : undefined;
  return makeReceipt(op, {
    decision: "DENY",
    refusal: { status, code },
    ...(walletId === undefined ? {} : { walletId }),
  });
}
