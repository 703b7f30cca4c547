import type { loginRoutes } from "@mandate/contract/login";
import { parseWalletMessage } from "@mandate/core/login/wallet-message";
import { ApiError } from "../../api-error.ts";
import type { AppSettings } from "../../apps/app-settings.ts";
import type { Deps } from "../../deps.ts";
import type { HttpRequest } from "../../http/request.ts";
import { completeLogin, type ProvedLogin } from "../../login/complete-login.ts";
import { linkAccount, unlinkAccount } from "../../login/link-account.ts";
import { issueNonce, useNonce } from "../../login/nonces.ts";
import { normalizeAddress } from "../../views/address.ts";
import type { RouteHandler } from "../handler.ts";

type Siwx = "siwe" | "siws";
type WalletBody = {
  message: string;
  signature: string;
  chainId?: string | null | undefined;
  walletClientType?: string | null | undefined;
  connectorType?: string | null | undefined;
  message_type?: string | null | undefined;
};

const CHAINS = { siwe: "ethereum", siws: "solana" } as const;

export const initSiwe: RouteHandler<typeof loginRoutes.initSiwe> = (deps, { app, body }) =>
  init(deps, app, "siwe", body.address);
export const initSiws: RouteHandler<typeof loginRoutes.initSiws> = (deps, { app, body }) =>
  init(deps, app, "siws", body.address);

export const authenticateWithSiwe: RouteHandler<typeof loginRoutes.authenticateWithSiwe> = async (
  deps,
  { request, app, body },
) => completeLogin(deps, request, app, await prove(deps, request, app, "siwe", body));

export const authenticateWithSiws: RouteHandler<typeof loginRoutes.authenticateWithSiws> = async (
  deps,
  { request, app, body },
) => completeLogin(deps, request, app, await prove(deps, request, app, "siws", body));

export const linkSiwe: RouteHandler<typeof loginRoutes.linkSiwe> = async (deps, { request, app, user, body }) =>
  linkAccount(deps, request, app, user!, await prove(deps, request, app, "siwe", body));

export const linkSiws: RouteHandler<typeof loginRoutes.linkSiws> = async (deps, { request, app, user, body }) =>
  linkAccount(deps, request, app, user!, await prove(deps, request, app, "siws", body));

export const unlinkSiwe: RouteHandler<typeof loginRoutes.unlinkSiwe> = (deps, { request, app, user, body }) =>
  unlinkAccount(deps, request, app, user!, `wallet:${normalizeAddress(body.address)}`);

export const unlinkSiws: RouteHandler<typeof loginRoutes.unlinkSiws> = (deps, { request, app, user, body }) =>
  unlinkAccount(deps, request, app, user!, `wallet:${body.address}`);

async function init(deps: Deps, app: AppSettings, siwx: Siwx, address: string | null | undefined) {
  assertOn(app, siwx);
  const { nonce, expiresAtMs } = await issueNonce(deps, { appId: app.id, purpose: siwx }, {});
  const expires_at = new Date(expiresAtMs).toISOString();
  return { status: 200, body: { nonce, address: address ?? null, expires_at } };
}

/**
 * Uses the nonce up and says whom the message names. That the named wallet signed it, for a page of this app and just
 * now, the signer verifies; without its yes nothing of this counts.
 */
async function prove(
  deps: Deps,
  request: HttpRequest,
  app: AppSettings,
  siwx: Siwx,
  body: WalletBody,
): Promise<ProvedLogin & { account: { type: string } }> {
  assertOn(app, siwx);
  if (body.message_type != null && body.message_type !== "plain")
    throw new ApiError("not_supported", "only messages that are signed as plain text can be verified here");
  const message = parseWalletMessage(body.message, CHAINS[siwx]);
  if (message === undefined)
    throw new ApiError("invalid_data", "message is not a sign-in message of the form of ERC-4361");
  const { origin } = request.headers;
  if (origin !== undefined && origin !== message.origin)
    throw new ApiError("invalid_credentials", "the message is for another page than the one that sends it");
  const isIssued = (await useNonce(deps, { appId: app.id, purpose: siwx }, message.nonce)) !== undefined;
  const address = normalizeAddress(message.address);
  return {
    identity: `wallet:${address}`,
    account: {
      type: "wallet",
      address,
      chain_type: CHAINS[siwx],
      wallet_client: "unknown",
      ...(siwx === "siwe" ? { chain_id: body.chainId ?? `eip155:${message.chainId ?? "1"}` } : {}),
      ...(body.connectorType == null ? {} : { connector_type: body.connectorType }),
      ...(body.walletClientType == null ? {} : { wallet_client_type: body.walletClientType }),
    },
    facts: isIssued ? { nonce: message.nonce } : {},
  };
}

function assertOn(app: AppSettings, siwx: Siwx): void {
  if (!app.loginMethods.includes(siwx === "siwe" ? "wallet" : "solana_wallet"))
    throw new ApiError("disallowed_login_method");
}
