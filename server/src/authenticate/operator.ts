import { createHash, timingSafeEqual } from "node:crypto";
import { ApiError } from "../api-error.ts";
import type { Deps } from "../deps.ts";
import type { HttpRequest } from "../http/request.ts";

/** The bearer of the operator's token, which lies in the data folder. It opens the door; the signer asks for more. */
export function authenticateOperator(deps: Deps, request: HttpRequest): void {
  const expected = Buffer.from(deps.config.operatorTokenSha256 ?? "", "hex");
  const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(request.headers.authorization ?? "")?.[1];
  const digest = createHash("sha256")
    .update(token ?? "")
    .digest();
  if (token === undefined || expected.length !== digest.length || !timingSafeEqual(expected, digest)) {
    throw new ApiError(
      "invalid_credentials",
      "the operator token is missing or wrong; `npx mandate` finds it in the data folder",
    );
  }
}
