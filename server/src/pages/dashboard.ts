import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Deps } from "../deps.ts";
import type { HttpRequest } from "../http/request.ts";
import { errorResponse, type HttpResponse } from "../http/response.ts";

const FOLDER = fileURLToPath(new URL("../../../dashboard/dist/page/", import.meta.url));

/** Paths that are not the dashboard's, whoever asks for them. */
const OTHERS = /^(v1|api|operator|apps|wallet-frame|healthz|readyz|openapi\.json|metrics|\.well-known)(\/|$)/;

const TYPES: { readonly [extension: string]: string } = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  woff2: "font/woff2",
  png: "image/png",
  txt: "text/plain; charset=utf-8",
};

/** Its own scripts and styles, its own server, and no page around it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = {
  "content-security-policy": POLICY,
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy":
    "publickey-credentials-get=(self), publickey-credentials-create=(self), clipboard-write=(self), camera=(), microphone=(), geolocation=()",
};

type Encoding = "br" | "gzip" | "identity";
export type DashboardFile = { type: string; cacheControl: string; bytes: { [encoding in Encoding]?: Uint8Array } };
export type DashboardFiles = ReadonlyMap<string, DashboardFile>;

/** The built dashboard, held in memory. Empty where it is not built. */
export function readDashboard(folder = FOLDER): DashboardFiles {
  const files = new Map<string, DashboardFile>();
  for (const name of listFiles(folder)) {
    const type = TYPES[name.slice(name.lastIndexOf(".") + 1)];
    if (type === undefined) continue;
    // A name with a hash of the contents never means anything else; the others are asked for again.
    const isHashed = /-[A-Za-z0-9_-]{8}\.[a-z0-9]+$/.test(name);
    const cacheControl = isHashed ? "public, max-age=31536000, immutable" : "no-cache";
    files.set(name, { type, cacheControl, bytes: { identity: readFileSync(join(folder, name)) } });
  }
  return files;
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, "/").length).replaceAll("\\", "/"));
  } catch {
    return [];
  }
}

/**
 * The dashboard at `/`: its files by their names, and its one page for every place that a person goes to. Programs that
 * ask for a path which is not there get the API's 404.
 */
export function createDashboardPage(deps: Deps, files: DashboardFiles = readDashboard()) {
  return async (request: HttpRequest): Promise<HttpResponse | undefined> => {
    if (!deps.config.dashboard) return undefined;
    const name = request.path.replace(/^\/+/, "");
    if (OTHERS.test(name)) return undefined;
    const file = name === "index.html" ? undefined : files.get(name);
    if (file !== undefined) return answerFile(request, file, file.cacheControl);
    if (!isNavigation(request)) return undefined;
    request.annotations.operation = "dashboard";
    const page = files.get("index.html");
    if (page === undefined)
      return errorResponse("unavailable", "the dashboard is not built; run `npm start` or `npm run build`");
    return answerFile(request, page, "no-store");
  };
}

/** A person who goes somewhere, as far as the browser says (Fetch Metadata §2.2); older ones say what they read. */
function isNavigation({ headers }: HttpRequest): boolean {
  const mode = headers["sec-fetch-mode"];
  return mode === undefined ? /\btext\/html\b/.test(headers.accept ?? "") : mode === "navigate";
}

function answerFile(request: HttpRequest, file: DashboardFile, cacheControl: string): HttpResponse {
  const encoding = chooseEncoding(request, file);
  return {
    status: 200,
    rawBody: encode(file, encoding),
    headers: {
      ...HEADERS,
      "content-type": file.type,
      "cache-control": cacheControl,
      vary: "accept-encoding",
      ...(encoding === "identity" ? {} : { "content-encoding": encoding }),
    },
  };
}

function chooseEncoding({ headers }: HttpRequest, { type }: DashboardFile): Encoding {
  if (/^(image\/png|font\/)/.test(type)) return "identity";
  const accepted = (headers["accept-encoding"] ?? "").split(",").map((item) => item.trim().toLowerCase());
  return accepted.includes("br") ? "br" : accepted.includes("gzip") ? "gzip" : "identity";
}

/** Compressed when it is first asked for, and then kept. */
function encode({ bytes }: DashboardFile, encoding: Encoding): Uint8Array {
  const plain = bytes.identity!;
  bytes[encoding] ??=
    encoding === "br"
      ? brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })
      : gzipSync(plain, { level: 9 });
  return bytes[encoding];
}
