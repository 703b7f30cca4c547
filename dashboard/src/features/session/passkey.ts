import { call } from "../../lib/api/client.ts";
import type { Session } from "../../lib/api/types.ts";

type JsonCredential = { toJSON(): Record<string, unknown> };

export function canUsePasskeys(): boolean {
  return typeof PublicKeyCredential === "function" && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

/** Signs in with a passkey of this device or one nearby (WebAuthn Level 3 §5.1). */
export async function signInWithPasskey(): Promise<Session> {
  const { challenge_id, options } = await call("getPasskeySignInOptions");
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as never);
  const credential = await ask(() => navigator.credentials.get({ publicKey }));
  return call("signInWithPasskey", { body: { challenge_id, response: credential.toJSON() } });
}

export async function addPasskey(name: string) {
  const { challenge_id, options } = await call("getPasskeyOptions");
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as never);
  const credential = await ask(() => navigator.credentials.create({ publicKey }));
  return call("createPasskey", { body: { challenge_id, name, response: credential.toJSON() } });
}

async function ask(begin: () => Promise<Credential | null>): Promise<JsonCredential> {
  try {
    const credential = await begin();
    if (credential !== null) return credential as unknown as JsonCredential;
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
  throw new Error("No passkey was used. Try again, or sign in another way.");
}
