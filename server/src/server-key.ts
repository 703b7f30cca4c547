import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { ApiError } from "./api-error.ts";
import type { Deps } from "./deps.ts";

/** The API's own key: all servers of one root key have the same, and it opens nothing of the signer's. */
export type ServerKey = {
  /** HMAC-SHA-256 over the parts, each bound to its length, under a key of the purpose's own. */
  mac(purpose: string, ...parts: string[]): Buffer;
  seal(purpose: string, text: string): string;
  /** Undefined for what was not sealed under this key for this purpose. */
  open(purpose: string, sealed: string): string | undefined;
};

const keys = new WeakMap<Deps["signer"], Promise<ServerKey>>();

/** Asked of the signer once. */
export function getServerKey(deps: Deps): Promise<ServerKey> {
  let key = keys.get(deps.signer);
  if (key === undefined) {
    key = deps.signer.send({ kind: "server_key" }).then((answer) => {
      if (answer.outcome !== "server_key") throw new ApiError("signer_not_ready");
      return createServerKey(Buffer.from(answer.key, "base64"));
    });
    key.catch(() => keys.delete(deps.signer));
    keys.set(deps.signer, key);
  }
  return key;
}

export function createServerKey(root: Uint8Array): ServerKey {
  const keyOf = (purpose: string) => createHmac("sha256", root).update(purpose).digest();
  return {
    mac(purpose, ...parts) {
      const mac = createHmac("sha256", keyOf(purpose));
      for (const part of parts) mac.update(`${Buffer.byteLength(part)}:${part}`);
      return mac.digest();
    },
    seal(purpose, text) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", keyOf(purpose), nonce);
      const sealed = Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return sealed.toString("base64url");
    },
    open(purpose, sealed) {
      const bytes = Buffer.from(sealed, "base64url");
      if (bytes.length < 28) return undefined;
      const decipher = createDecipheriv("aes-256-gcm", keyOf(purpose), bytes.subarray(0, 12));
      decipher.setAuthTag(bytes.subarray(-16));
      try {
        return decipher.update(bytes.subarray(12, -16), undefined, "utf8") + decipher.final("utf8");
      } catch {
        return undefined;
      }
    },
  };
}
