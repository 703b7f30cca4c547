type ErrorEntry = {
  /** The status it is answered with, unless the answer says otherwise. */
  readonly status: number;
  /** The text sent when the handler has nothing more exact to say. */
  readonly message: string;
  /** What it means and what to do, for people who read the API document. */
  readonly sentence: string;
  /** Sent as `x-should-retry`: generated clients retry 409 and 5xx by themselves unless told otherwise. */
  readonly shouldRetry?: boolean;
};

/**
 * Every `code` an answer may carry. A code is never removed, reused or given another meaning.
 * All but the last group are words of the wire protocol; their texts are matched on by clients, so they stay as they are.
 */
export const errors = {
  invalid_data: {
    status: 400,
    message: "Invalid request",
    sentence: "The request is malformed or breaks a rule of its schema. The text names what to change.",
  },
  missing_or_invalid_privy_app_id: {
    status: 400,
    message: "Missing or invalid privy-app-id header",
    sentence: "Send the app ID in `privy-app-id`, equal to the user name of the Basic credentials.",
  },
  invalid_credentials: {
    status: 401,
    message: "Invalid app ID or app secret.",
    sentence: "No app has this ID and secret. An unknown app and a wrong secret are answered alike.",
  },
  missing_or_invalid_token: {
    status: 401,
    message: "Missing or invalid token",
    sentence: "The user's JWT is absent, expired, or not signed by a key that the app has configured.",
  },
  missing_or_empty_authorization_header: {
    status: 401,
    message: "Missing `privy-authorization-signature` header",
    sentence: "The resource has an owner, so the request needs an authorization signature.",
  },
  zero_correct_authorization_signatures: {
    status: 401,
    message:
      "No valid authorization signatures were provided. Your payload may be malformed or your signing keys may be incorrect or expired.",
    sentence: "No signature verified over the canonical request with a key of a quorum that may authorize it.",
  },
  insufficient_correct_authorization_signatures: {
    status: 401,
    message:
      "No valid authorization signatures were provided. Your payload may be malformed or your signing keys may be incorrect or expired.",
    sentence: "Some signatures verified, but fewer members signed than the quorum's threshold asks for.",
  },
  no_valid_user_session_keys: {
    status: 401,
    message:
      "No valid authorization signatures were provided. Your payload may be malformed or your signing keys may be incorrect or expired.",
    sentence: "The quorum needs a user, and that user holds no user key. Exchange a fresh JWT for one.",
  },
  user_session_keys_expired: {
    status: 401,
    message:
      "No valid authorization signatures were provided. Your payload may be malformed or your signing keys may be incorrect or expired.",
    sentence: "The user's key has expired. Exchange a fresh JWT for a new one.",
  },
  request_expired: {
    status: 400,
    message: "The request has expired: `privy-request-expiry` lies in the past",
    sentence: "Sign the request again with a later `privy-request-expiry` (Unix milliseconds).",
  },
  policy_violation: {
    status: 400,
    message: "RPC request denied due to policy violation",
    sentence: "The policy in force does not allow what would be signed. The app's record says which rule decided.",
  },
  invalid_policy_format: {
    status: 400,
    message: "Invalid policy",
    sentence: "A rule or condition is malformed or has no meaning for its method and field.",
  },
  invalid_aggregation_format: {
    status: 400,
    message: "Invalid aggregation",
    sentence: "The aggregation is malformed, or its metric, a condition or a group has no meaning for its method.",
  },
  authorization_key_has_associated_wallets: {
    status: 400,
    message: "The key quorum is in use: detach it from its wallets, policies and quorums first",
    sentence: "Deleting the quorum would leave resources that nobody can control.",
  },
  user_does_not_exist: {
    status: 404,
    message: "User not found",
    sentence: "The app has no user with this ID or linked account.",
  },
  linked_to_another_user: {
    status: 400,
    message: "A linked account belongs to another user",
    sentence: "An account can be linked to one user of an app only.",
  },
  resource_already_exists: {
    status: 400,
    message: "The resource already exists",
    sentence: "A value that must be unique in the app is taken.",
  },
  resource_conflict: {
    status: 409,
    message: "The resource was changed by another request at the same moment",
    sentence: "Nothing was done. Read the resource again and repeat the request.",
    shouldRetry: true,
  },
  not_supported: {
    status: 400,
    message: "Not supported by this server",
    sentence: "The protocol has this operation, this server does not.",
  },
  insufficient_funds: {
    status: 400,
    message: "The wallet's balance does not cover value and fees",
    sentence: "The chain reports that the wallet cannot pay for the transaction. Nothing was sent.",
  },
  transaction_broadcast_failure: {
    status: 400,
    message: "The chain refused the transaction",
    sentence: "The transaction could not be prepared or was refused by the chain's node.",
  },
  wallet_entity_already_set: {
    status: 400,
    message: "The wallet is attributed to an entity already",
    sentence: "A wallet is attributed once.",
  },
  invalid_solana_transaction: {
    status: 400,
    message: "Invalid Solana transaction",
    sentence: "The bytes are no transaction that this wallet could sign. The text says why.",
  },
  too_many_requests: {
    status: 429,
    message: "Too many requests. Please wait to try again.",
    sentence: "Wait for the number of seconds in `Retry-After`.",
  },

  feature_not_enabled: {
    status: 400,
    message: "The app has not enabled this feature",
    sentence: "The text names the setting of the app that is missing.",
  },
  invalid_state: {
    status: 400,
    message: "The resource is not in a state for this request",
    sentence: "The text says what has changed; read the resource again.",
  },

  insufficient_role: {
    status: 403,
    message: "Your role in the team does not allow this",
    sentence: "The text names the role that is needed. An Admin can change roles under Settings, Members.",
  },
  recent_sign_in_required: {
    status: 403,
    message: "Sign in again to do this",
    sentence: "The act is one that asks for a sign-in of the last 15 minutes. Sign in again and repeat it.",
  },
  cross_site_request: {
    status: 403,
    message: "The request did not come from the dashboard's own page",
    sentence:
      "A request with a session needs the header `mandate-dashboard: 1` and must come from one of the server's own origins.",
  },
  invalid_origin: {
    status: 403,
    message: "Origin not allowed",
    sentence: "The page's origin is not among the app's allowed origins.",
  },
  missing_or_invalid_privy_client_id: {
    status: 400,
    message: "Missing or invalid privy-client-id header",
    sentence: "The app has no client with this ID; leave the header out or send one that the app lists.",
  },
  disallowed_login_method: {
    status: 403,
    message: "Login method is not allowed for this app",
    sentence: "The app has switched this way to sign in off, or has not configured it.",
  },
  allowlist_rejected: {
    status: 401,
    message: "User is not on the allowlist",
    sentence: "The app lets only listed people in, and this account is not listed.",
  },
  cannot_link_more_of_type: {
    status: 400,
    message: "The user has an account of this type already",
    sentence: "A user has at most one account of this type. Unlink the other first.",
  },
  linked_account_not_found: {
    status: 400,
    message: "Linked account not found",
    sentence: "The user has no such linked account.",
  },
  cannot_unlink_sole_account: {
    status: 400,
    message: "Cannot unlink a user's only account",
    sentence: "Without an account the user could never sign in again. Link another first.",
  },
  cannot_unlink_embedded_wallet: {
    status: 400,
    message: "Cannot unlink an embedded wallet",
    sentence: "A wallet that this server keeps for the user stays the user's.",
  },
  oauth_state_mismatch: {
    status: 400,
    message: "The sign-in was not started here, was finished before, or took too long",
    sentence: "Start the sign-in with the provider again.",
  },
  invalid_pkce_parameters: {
    status: 400,
    message: "Invalid PKCE parameters",
    sentence: "`code_verifier` does not belong to the `code_challenge` that the sign-in was started with.",
  },
  // Clients repeat 5xx by themselves, and the code that was to be exchanged is used up.
  oauth_provider_error: {
    status: 400,
    message: "The provider could not be asked, or its answer is of no use",
    sentence: "The text says what went wrong. Start the sign-in again; if it persists, the app's operator must look.",
  },
  passkey_not_registered: {
    status: 400,
    message: "Passkey is not registered",
    sentence: "No user of the app has this passkey. Sign in another way and link it, or register.",
  },

  not_found: {
    status: 404,
    message: "Not found",
    sentence: "There is no such path, or the app has no resource with this ID.",
  },
  method_not_allowed: {
    status: 405,
    message: "Method not allowed",
    sentence: "The path exists; `Allow` lists the methods it answers.",
  },
  unavailable: {
    status: 503,
    message: "The server cannot take the request at the moment",
    sentence:
      "Storage, signer or a chain's node do not answer, or the server is full or stopping. Nothing was done; try again.",
    shouldRetry: true,
  },
  record_integrity: {
    status: 500,
    message: "A stored record is not what the signer sealed; nothing was signed",
    sentence:
      "Storage was altered, restored to an older state, or belongs to another root key. The operator must look.",
    shouldRetry: false,
  },
  signer_not_ready: {
    status: 503,
    message: "The signer is not ready",
    sentence: "The signer has no root key yet or is stopping. Nothing was done; try again.",
    shouldRetry: true,
  },
  internal_error: {
    status: 500,
    message: "Internal error",
    sentence: "A fault of the server. Its log has a line with the request ID.",
    shouldRetry: false,
  },
} as const satisfies { readonly [code: string]: ErrorEntry };

export type ErrorCode = keyof typeof errors;

export const errorCodes = Object.keys(errors) as readonly ErrorCode[];

/** Texts that clients match on and that are not the default text of their code. */
export const messages = {
  idempotencyKeyReused:
    "Idempotency key was reused for a request with a new body. Please create a new idempotency key for the request.",
  exportWithoutOwner: "Wallets without owners cannot be exported",
  invalidAddressForChain: "Invalid address for specified chain type.",
  ownerAndOwnerId: "Only one of owner or owner_id can be provided.",
  emptyUpdate: "At least one field must be provided",
  pageTooLarge: "Query limit can be at maximum 100 records.",
  onePolicyId: "Only one policy ID can be set",
  userIdPrefix: "user_id must start with did:privy:",
} as const;

/** The body of every answer that is not a success. Members stand in this order. */
export type ErrorBody = { error: string; code: ErrorCode; details?: unknown };

/** `message` is for the caller: it never holds a secret, a stack, or the value that was refused. */
export function makeErrorBody(code: ErrorCode, message: string = errors[code].message, details?: unknown): ErrorBody {
  return details === undefined ? { error: message, code } : { error: message, code, details };
}
