import { decodeBase64Url } from "@mandate/core/encoding/base64url";
import { parseJson } from "@mandate/core/encoding/json";

/** A member of a token's header (part 0) or claims (part 1), unverified: it only chooses what to load. */
export function readTokenMember(token: string, part: 0 | 1, name: string): string | undefined {
  const bytes = decodeBase64Url(token.split(".")[part] ?? "");
  const parsed = bytes === undefined ? undefined : parseJson(bytes);
  if (parsed?.ok !== true || typeof parsed.value !== "object" || parsed.value === null || Array.isArray(parsed.value))
    return undefined;
  const value = Object.hasOwn(parsed.value, name) ? parsed.value[name] : undefined;
  return typeof value === "string" && value.length <= 256 ? value : undefined;
}
