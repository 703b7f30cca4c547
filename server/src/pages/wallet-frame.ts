import { fileURLToPath } from "node:url";
import { findApp, originsOf } from "../apps/app-settings.ts";
import type { Deps } from "../deps.ts";
import type { HttpRequest } from "../http/request.ts";
import { errorResponse, type HttpResponse } from "../http/response.ts";
import { type PageFiles, readPageFiles } from "./page-files.ts";

const FOLDER = fileURLToPath(new URL("../../../wallet-frame/dist/page/", import.meta.url));
const ASSETS = "/wallet-frame/";

type Page = { source: string; title: string; body: string };

const FRAME: Page = { source: "src/page.ts", title: "Wallet", body: "" };
const EXPORT: Page = {
  source: "src/export-page.ts",
  title: "Export wallet",
  body: "<main><h1>Export wallet</h1></main>",
};

/**
 * The pages that hold the user's key in the browser (`wallet-frame/`): `/apps/{id}/embedded-wallets`, which signs, and
 * `/export` below it, which shows a wallet's key. Framed by the app's allowed origins and by nobody else; they run our
 * scripts only and speak to this server only.
 */
export function createWalletFramePage(deps: Deps, files: PageFiles = readPageFiles(FOLDER)) {
  return async (request: HttpRequest): Promise<HttpResponse | undefined> => {
    if (request.path.startsWith(ASSETS)) {
      return files.find(request.path.slice(ASSETS.length)) ?? errorResponse("not_found");
    }
    const match = /^\/apps\/([a-z0-9]{1,40})\/embedded-wallets(\/export)?$/.exec(request.path);
    if (match === null) return undefined;
    const page = match[2] === undefined ? FRAME : EXPORT;
    request.annotations.operation = page === FRAME ? "walletFrame" : "walletExportPage";
    const app = await findApp(deps, match[1]!);
    if (app === undefined) return errorResponse("not_found");
    const script = files.scriptOf(page.source);
    if (script === undefined) {
      return errorResponse("unavailable", "the wallet frame is not built; run `npm run build`");
    }
    // A client that the app does not have has no pages either.
    const { client_id: clientId } = request.query;
    const client = typeof clientId === "string" && clientId !== "" ? clientId : undefined;
    const allowed = originsOf(app, client) ?? [];
    return renderPage(deps, page, app.id, allowed, script, files.stylesOf(page.source));
  };
}

function renderPage(
  deps: Deps,
  page: Page,
  appId: string,
  allowed: readonly string[],
  script: string,
  styles: readonly string[],
): HttpResponse {
  const attributes = Object.entries({
    "data-app-id": appId,
    "data-allowed-origins": allowed.join(" "),
    "data-origins": deps.config.publicOrigins.join(" "),
  }).map(([name, value]) => `${name}="${escapeAttribute(value)}"`);
  const links = styles.map((name) => `<link rel="stylesheet" href="${ASSETS}${name}">`).join("");
  const html = `<!doctype html>
<html lang="en" ${attributes.join(" ")}>
<head><meta charset="utf-8"><title>${page.title}</title><meta name="referrer" content="no-referrer"><meta name="viewport" content="width=device-width">${links}</head>
<body>${page.body}<script type="module" src="${ASSETS}${script}"></script></body>
</html>
`;
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    ...(styles.length === 0 ? [] : ["style-src 'self'"]),
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
