import type { walletRoutes } from "@mandate/contract/wallets";
import { decodeBase64Url } from "@mandate/core/encoding/base64url";
import { parseJson } from "@mandate/core/encoding/json";
import { readSealedRecord } from "@mandate/signer/protocol";
import { decideAndCommit, jsonAnswer, toHttpResponse } from "../../authority/decide-and-commit.ts";
import type { RecordKey } from "../../storage/storage.ts";
import { viewWallet, type WalletView } from "../../views/wallet.ts";
import type { RouteHandler } from "../handler.ts";

type JwtPin = { jwks_url: string | null; subject_claim: string } | null;

const WALLETS_MAX = 100;

export const authenticateUser: RouteHandler<typeof walletRoutes.authenticateUser> = async (
  deps,
  { request, appId, body },
) => {
  const app = await deps.storage.findRecord(appId, { type: "app", id: appId });
  const pin = app === undefined ? null : (readSealedRecord(app.sealed).body.jwt as JwtPin);
  const jwks =
    pin?.jwks_url == null ? undefined : await deps.jwks.get(pin.jwks_url, readMember(body.user_jwt, 0, "kid"));

  // Whose token it claims to be, unverified: it only chooses which records the signer gets to see.
  const subject = pin === null ? undefined : readMember(body.user_jwt, 1, pin.subject_claim);
  const users: RecordKey[] =
    subject === undefined ? [] : await deps.storage.findReferrers(appId, ["identity"], `custom_auth:${subject}`, 1);
  const wallets: WalletView[] = [];
  for (const { id } of users) {
    const page = await deps.storage.listWallets(appId, { userId: id }, { cursor: undefined, limit: WALLETS_MAX });
    wallets.push(...page.data.map((record) => viewWallet(record.sealed)));
  }

  const { answer } = await decideAndCommit(deps, request, {
    appId,
    records: users,
    idempotent: false,
    ...(jwks === undefined ? {} : { jwks }),
    answer: (accepted) => jsonAnswer({ ...accepted.result, wallets }),
  });
  return toHttpResponse(answer);
};

/** A member of the token's header (part 0) or claims (part 1), unverified. */
function readMember(token: string, part: 0 | 1, name: string): string | undefined {
  const bytes = decodeBase64Url(token.split(".")[part] ?? "");
  const parsed = bytes === undefined ? undefined : parseJson(bytes);
  if (parsed?.ok !== true || typeof parsed.value !== "object" || parsed.value === null || Array.isArray(parsed.value))
    return undefined;
  const value = Object.hasOwn(parsed.value, name) ? parsed.value[name] : undefined;
  return typeof value === "string" && value.length <= 256 ? value : undefined;
}
