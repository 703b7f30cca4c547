import { createHash, randomInt, timingSafeEqual } from "node:crypto";
import type { DocumentStore } from "../storage/documents.ts";

/** What a code is for: signing in, or making an address one's own. A code for one is none for the other. */
export type CodePurpose = { type: "sign-in" } | { type: "set-email"; memberId: string };

const COLLECTION = "team_codes";
const LIFETIME_MS = 10 * 60 * 1000;
const ATTEMPTS_MAX = 5;

type Body = { codeSha256: string; attempts: number };

/** A new code takes the place of the one before, so that there is one to guess at a time. */
export async function makeCode(
  documents: DocumentStore,
  email: string,
  purpose: CodePurpose,
  nowMs: number,
): Promise<string> {
  const code = String(randomInt(1_000_000)).padStart(6, "0");
  const key = keyOf(email, purpose);
  const version = (await documents.findDocument(key))?.version ?? 0;
  const body: Body = { codeSha256: hash(key.id, code), attempts: 0 };
  await documents.writeDocuments({
    put: [
      {
        ...key,
        version: version + 1,
        body: JSON.stringify(body),
        createdAtMs: nowMs,
        expiresAtMs: nowMs + LIFETIME_MS,
      },
    ],
  });
  return code;
}

/** INVARIANT: each guess is counted, durably, before it is looked at. A right one ends the code. */
export async function takeCode(
  documents: DocumentStore,
  email: string,
  purpose: CodePurpose,
  code: string,
  nowMs: number,
): Promise<boolean> {
  const key = keyOf(email, purpose);
  const document = await documents.findDocument(key);
  if (document === undefined || (document.expiresAtMs ?? 0) <= nowMs) return false;
  const { codeSha256, attempts } = JSON.parse(document.body) as Body;
  if (attempts >= ATTEMPTS_MAX) return false;
  const counted = {
    ...key,
    version: document.version + 1,
    body: JSON.stringify({ codeSha256, attempts: attempts + 1 } satisfies Body),
    createdAtMs: document.createdAtMs,
    expiresAtMs: document.expiresAtMs ?? nowMs,
  };
  if (!(await documents.writeDocuments({ put: [counted] })).ok) return false;
  if (!timingSafeEqual(Buffer.from(codeSha256), Buffer.from(hash(key.id, code)))) return false;
  return (await documents.writeDocuments({ remove: [{ ...key, version: counted.version }] })).ok;
}

function keyOf(email: string, purpose: CodePurpose) {
  const subject = JSON.stringify([purpose, email.toLowerCase()]);
  return { collection: COLLECTION, scope: "", id: createHash("sha256").update(subject).digest("hex") };
}

function hash(id: string, code: string): string {
  return createHash("sha256").update(`${id}:${code}`).digest("hex");
}
