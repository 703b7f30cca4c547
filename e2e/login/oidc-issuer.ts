import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";

/** What the issuer says of whoever signs in, and how it misbehaves when a test asks it to. */
export type IssuerBehaviour = {
  user: { sub: string; [claim: string]: unknown };
  /** Replace and add to the claims of ID tokens. */
  claims: { [claim: string]: unknown };
  /** In place of a code: the user, or the issuer, says no. */
  refusal: string | undefined;
  /** In place of an answer of the token endpoint. */
  tokenAnswer: { status: number; body: string } | undefined;
  /** ID tokens by a key that is not in the key set. */
  strangerSigns: boolean;
  /** The token endpoint does not answer at all. */
  silent: boolean;
};

export type OidcIssuer = {
  url: string;
  publicKeyPem: string;
  behaviour: IssuerBehaviour;
  /** Of the last token request. */
  seen: { authorization: string | undefined; verified: boolean; requests: number };
  /** What the browser is led to and comes back with, without a browser: the issuer's redirect for this address. */
  consent(authorizationUrl: string): Promise<URL>;
  stop(): Promise<void>;
};

const CLIENT_ID = "shop-client";
const CLIENT_SECRET = "shop-client-secret-that-nobody-may-see";

export const oidcClient = { id: CLIENT_ID, secret: CLIENT_SECRET };

type Grant = { challenge: string; redirectUri: string; nonce: string | null; clientId: string };

/**
 * An OpenID Connect provider on this machine: discovery, a consent page that says yes, single-use codes bound to client,
 * redirect URI and PKCE challenge, ID tokens (ES256), userinfo, key set. It also answers as plain OAuth 2 providers do,
 * at `/user`.
 */
export async function startOidcIssuer(): Promise<OidcIssuer> {
  const keys = await generateKeyPair("ES256", { extractable: true });
  const stranger = await generateKeyPair("ES256");
  const kid = randomBytes(6).toString("hex");
  const grants = new Map<string, Grant>();
  const tokens = new Map<string, IssuerBehaviour["user"]>();
  const behaviour: IssuerBehaviour = {
    user: { sub: "ada" },
    claims: {},
    refusal: undefined,
    tokenAnswer: undefined,
    strangerSigns: false,
    silent: false,
  };
  const seen: OidcIssuer["seen"] = { authorization: undefined, verified: false, requests: 0 };
  let url = "";

  async function signIdToken(grant: Grant): Promise<string> {
    const nowS = Math.floor(Date.now() / 1000);
    const nonce = grant.nonce === null ? {} : { nonce: grant.nonce };
    const { user, claims, strangerSigns } = behaviour;
    return new SignJWT({ iss: url, aud: grant.clientId, iat: nowS, exp: nowS + 300, ...nonce, ...user, ...claims })
      .setProtectedHeader({ alg: "ES256", kid, typ: "JWT" })
      .sign(strangerSigns ? stranger.privateKey : keys.privateKey);
  }

  function authorize(query: URLSearchParams, response: ServerResponse): void {
    const redirectUri = query.get("redirect_uri");
    const challenge = query.get("code_challenge");
    const isWhole =
      query.get("response_type") === "code" &&
      query.get("client_id") === CLIENT_ID &&
      redirectUri !== null &&
      challenge?.length === 43 &&
      query.get("code_challenge_method") === "S256";
    if (!isWhole) {
      send(response, 400, { error: "invalid_request" });
      return;
    }
    const back = new URL(redirectUri);
    back.searchParams.set("state", query.get("state") ?? "");
    back.searchParams.set("iss", url);
    if (behaviour.refusal !== undefined) {
      back.searchParams.set("error", behaviour.refusal);
    } else {
      const code = randomBytes(16).toString("hex");
      grants.set(code, { challenge, redirectUri, nonce: query.get("nonce"), clientId: CLIENT_ID });
      back.searchParams.set("code", code);
    }
    response.writeHead(302, { location: back.href }).end();
  }

  async function giveTokens(request: IncomingMessage, response: ServerResponse): Promise<void> {
    seen.requests++;
    if (behaviour.silent) return;
    const form = new URLSearchParams(await readText(request));
    seen.authorization = request.headers.authorization;
    const { tokenAnswer } = behaviour;
    if (tokenAnswer !== undefined) {
      response.writeHead(tokenAnswer.status, { "content-type": "application/json" }).end(tokenAnswer.body);
      return;
    }
    if (!isClient(request, form)) return send(response, 401, { error: "invalid_client" });
    const code = form.get("code") ?? "";
    const grant = grants.get(code);
    grants.delete(code);
    const verifier = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    seen.verified = grant !== undefined && verifier === grant.challenge;
    if (grant === undefined || !seen.verified || form.get("redirect_uri") !== grant.redirectUri)
      return send(response, 400, { error: "invalid_grant" });
    const accessToken = randomBytes(16).toString("hex");
    tokens.set(accessToken, behaviour.user);
    const idToken = grant.nonce === null ? {} : { id_token: await signIdToken(grant) };
    send(response, 200, { access_token: accessToken, token_type: "Bearer", expires_in: 300, ...idToken });
  }

  function tellWho(request: IncomingMessage, response: ServerResponse): void {
    const user = tokens.get(/^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "");
    if (user === undefined) send(response, 401, { error: "invalid_token" });
    else send(response, 200, user);
  }

  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", url);
    if (pathname === "/.well-known/openid-configuration") {
      return send(response, 200, {
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        userinfo_endpoint: `${url}/userinfo`,
        jwks_uri: `${url}/jwks`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["ES256"],
        code_challenge_methods_supported: ["S256"],
        authorization_response_iss_parameter_supported: true,
      });
    }
    if (pathname === "/jwks")
      return send(response, 200, { keys: [{ ...(await exportJWK(keys.publicKey)), kid, alg: "ES256", use: "sig" }] });
    if (pathname === "/authorize") return authorize(searchParams, response);
    if (pathname === "/token" && request.method === "POST") return giveTokens(request, response);
    if (pathname === "/userinfo" || pathname === "/user") return tellWho(request, response);
    send(response, 404, { error: "not_found" });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    publicKeyPem: await exportSPKI(keys.publicKey),
    behaviour,
    seen,
    async consent(authorizationUrl) {
      const answer = await fetch(authorizationUrl, { redirect: "manual" });
      const location = answer.headers.get("location");
      if (location === null) throw new Error(`the issuer answered ${answer.status}: ${await answer.text()}`);
      return new URL(location);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** RFC 6749 §2.3.1: in the header or in the form. */
function isClient(request: IncomingMessage, form: URLSearchParams): boolean {
  const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (basic === undefined) return form.get("client_id") === CLIENT_ID && form.get("client_secret") === CLIENT_SECRET;
  const [id, secret] = Buffer.from(basic, "base64").toString().split(":").map(decodeURIComponent);
  return id === CLIENT_ID && secret === CLIENT_SECRET;
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
