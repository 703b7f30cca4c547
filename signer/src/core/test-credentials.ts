import { sha256 } from "@mandate/core/crypto/primitives";
import { encodeHex } from "@mandate/core/encoding/hex";
import { decodeUtf8, encodeUtf8 } from "@mandate/core/encoding/utf8";
import type { SignerAccepted } from "../protocol.ts";
import { accept } from "./accept.ts";
import { authenticateApp, type Operation } from "./operation.ts";
import type { AppBody } from "./records.ts";
import { Refusal } from "./refusal.ts";

/**
 * The fixed codes of the app's test accounts, for whoever holds the app's secret. That they were read is in the record;
 * the codes are not.
 */
export function getTestCredentials(op: Operation): SignerAccepted {
  const app = authenticateApp(op);
  if (op.route.params.id !== op.appId) throw new Refusal(404, "not_found", "App not found");
  const accounts = app.body.test_accounts.map((account) => ({
    id: encodeHex(sha256(encodeUtf8(account.email)).slice(0, 12)),
    email: account.email,
    otp_code: openCode(op, account),
  }));
  return accept(op, { changesState: false, answer: { accounts }, more: { accounts: String(accounts.length) } });
}

function openCode(op: Operation, { email, otp_sealed }: AppBody["test_accounts"][number]): string {
  const header = { type: "test_account_otp" as const, appId: op.appId, id: email, version: 1 };
  const code = op.ctx.sealer.openSecret(header, otp_sealed);
  const text = code === undefined ? undefined : decodeUtf8(code);
  if (text === undefined) throw new Refusal(500, "record_integrity", "the code of a test account does not open");
  return text;
}
