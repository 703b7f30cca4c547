import { decodeBase64 } from "../encoding/base64.ts";
import { parseEcdsaSignatureDer } from "../encoding/der.ts";

/** One well-formed signature of the header. Nothing is known yet about whether or over what it verifies. */
export type AuthorizationSignature = {
  /** Strict DER of (r, s), both in the range of P-256. */
  der: Uint8Array;
  /** 64 hex digits. Names the signature in replay records, as (r, s) and (r, n - s) are one signature. */
  rHex: string;
  /** As received. */
  base64: string;
};

export type ParsedAuthorizationSignatures =
  | { ok: true; signatures: AuthorizationSignature[] }
  | { ok: false; code: "authorization_header_too_long"; message: string };

/** Entries looked at; what follows counts for nothing. */
const ENTRIES_MAX = 100;
/** A padded base64 P-256 signature is at most 96 characters; this leaves room for white space and empty entries. */
const HEADER_LENGTH_MAX = 64 * 1024;

/**
 * Reads the header `privy-authorization-signature`: base64 DER signatures between commas, with spaces or tabs beside
 * the commas. Absent or empty gives no signatures. Entries that are not canonical base64 of strict DER are dropped, as
 * are further entries with an r already seen: repeats and malleated copies must not look like more signatures (I4).
 * Only the first 100 non-empty entries are read; a header above 64 KiB is refused.
 */
export function parseAuthorizationSignatures(header: string | undefined): ParsedAuthorizationSignatures {
  if (header === undefined || header === "") return { ok: true, signatures: [] };
  if (header.length > HEADER_LENGTH_MAX) {
    const message = `send at most ${ENTRIES_MAX} signatures in \`privy-authorization-signature\``;
    return { ok: false, code: "authorization_header_too_long", message };
  }
  const byR = new Map<string, AuthorizationSignature>();
  let entriesLeft = ENTRIES_MAX;
  for (const base64 of splitEntries(header)) {
    if (base64 === "") continue;
    if (entriesLeft-- === 0) break;
    const signature = parseSignature(base64);
    if (signature !== undefined && !byR.has(signature.rHex)) byR.set(signature.rHex, signature);
  }
  return { ok: true, signatures: [...byR.values()] };
}

/** White space belongs to the commas: at the header's two ends, where HTTP allows none, it makes the entry invalid. */
function splitEntries(header: string): string[] {
  const entries = header.split(",");
  const last = entries.length - 1;
  return entries.map((entry, i) => trim(entry, i > 0, i < last));
}

function trim(entry: string, atStart: boolean, atEnd: boolean): string {
  let start = 0;
  let end = entry.length;
  while (atStart && start < end && isSpace(entry.charCodeAt(start))) start++;
  while (atEnd && end > start && isSpace(entry.charCodeAt(end - 1))) end--;
  return entry.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function parseSignature(base64: string): AuthorizationSignature | undefined {
  const der = decodeBase64(base64);
  if (der === undefined) return undefined;
  const signature = parseEcdsaSignatureDer(der);
  return signature && { der, rHex: signature.r.toString(16).padStart(64, "0"), base64 };
}
