import { fileURLToPath } from "node:url";
import { readSealedRecord } from "@mandate/signer/protocol";
import type { Deps } from "../deps.ts";
import type { HttpRequest } from "../http/request.ts";
import { errorResponse, type HttpResponse } from "../http/response.ts";
import { type PageFiles, readPageFiles } from "./page-files.ts";

const FOLDER = fileURLToPath(new URL("../../../wallet-frame/dist/page/", import.meta.url));
const ASSETS = "/wallet-frame/";

/**
 * The page that holds the user's key in the browser (`wallet-frame/`): `/apps/{id}/embedded-wallets`. Framed by the
 * app's allowed origins and by nobody else; it runs our scripts only and speaks to this server only.
 */
export function createWalletFramePage(deps: Deps, files: PageFiles = readPageFiles(FOLDER)) {
  return async (request: HttpRequest): Promise<HttpResponse | undefined> => {
    if (request.path.startsWith(ASSETS)) {
      return files.find(request.path.slice(ASSETS.length)) ?? errorResponse("not_found");
    }
    const match = /^\/apps\/([a-z0-9]{1,40})\/embedded-wallets$/.exec(request.path);
    if (match === null) return undefined;
    const appId = match[1]!;
    request.annotations.operation = "walletFrame";
    const record = await deps.storage.findRecord(appId, { type: "app", id: appId });
    if (record === undefined) return errorResponse("not_found");
    const script = files.scriptOf("src/page.ts");
    if (script === undefined) {
      return errorResponse("unavailable", "the wallet frame is not built; run `npm run build`");
    }
    return renderPage(deps, appId, allowedOriginsOf(record.sealed), `${ASSETS}${script}`);
  };
}

function allowedOriginsOf(sealed: string): string[] {
  const { allowed_origins: origins } = readSealedRecord(sealed).body;
  return Array.isArray(origins) ? origins.map(String) : [];
}

function renderPage(deps: Deps, appId: string, allowed: string[], script: string): HttpResponse {
  const attributes = Object.entries({
    "data-app-id": appId,
    "data-allowed-origins": allowed.join(" "),
    "data-origins": deps.config.publicOrigins.join(" "),
  }).map(([name, value]) => `${name}="${escapeAttribute(value)}"`);
  const html = `<!doctype html>
<html lang="en" ${attributes.join(" ")}>
<head><meta charset="utf-8"><title>Wallet</title><meta name="referrer" content="no-referrer"></head>
<body><script type="module" src="${script}"></script></body>
</html>
`;
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${allowed.length === 0 ? "'none'" : allowed.join(" ")}`,
  ];
  return {
    status: 200,
    rawBody: Buffer.from(html, "utf8"),
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy.join("; "),
      "referrer-policy": "no-referrer",
      "permissions-policy": "publickey-credentials-get=(self)",
    },
  };
}

function escapeAttribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
