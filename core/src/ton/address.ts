import { concatBytes } from "../chains/concat-bytes.ts";
import { crc16Xmodem } from "../chains/crc16.ts";
import { decodeBase64Url, encodeBase64Url } from "../encoding/base64url.ts";
import { decodeHex } from "../encoding/hex.ts";

/** Tags of TEP-2: a wallet that may not be deployed yet takes non-bounceable transfers. */
const BOUNCEABLE = 0x11;
const NON_BOUNCEABLE = 0x51;
const BASECHAIN = 0;

/** The non-bounceable user-friendly form `UQ…` of a basechain account (TEP-2). */
export function encodeTonAddress(accountId: Uint8Array): string {
  return encodeWithTag(NON_BOUNCEABLE, accountId);
}

/**
 * The account id of a basechain address in the raw form `0:` + 64 hex digits or a user-friendly form for mainnet, in either
 * base64 alphabet (TEP-2). Undefined for any other text; testnet-only addresses are refused.
 */
export function parseTonAddress(text: string): Uint8Array | undefined {
  if (/^0:[0-9a-fA-F]{64}$/.test(text)) return decodeHex(text.slice(2));
  if (text.length !== 48 || (/[+/]/.test(text) && /[-_]/.test(text))) return undefined;
  const bytes = decodeBase64Url(text.replaceAll("+", "-").replaceAll("/", "_"));
  if (bytes?.length !== 36 || (bytes[0] !== BOUNCEABLE && bytes[0] !== NON_BOUNCEABLE)) return undefined;
  const crc = crc16Xmodem(bytes.subarray(0, 34));
  if (bytes[1] !== BASECHAIN || bytes[34] !== crc >> 8 || bytes[35] !== (crc & 0xff)) return undefined;
  return bytes.slice(2, 34);
}

function encodeWithTag(tag: number, accountId: Uint8Array): string {
  if (accountId.length !== 32) throw new TypeError("account id must have 32 bytes");
  const body = concatBytes(Uint8Array.of(tag, BASECHAIN), accountId);
  const crc = crc16Xmodem(body);
  return encodeBase64Url(concatBytes(body, Uint8Array.of(crc >> 8, crc & 0xff)));
}
