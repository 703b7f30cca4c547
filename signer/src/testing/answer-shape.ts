import type { SignerAnswer } from "../protocol.ts";

type Shape = { [member: string]: (value: unknown) => boolean };

const isText = (value: unknown) => typeof value === "string";
const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const isBoolean = (value: unknown) => typeof value === "boolean";
const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
const optional = (check: (value: unknown) => boolean) => (value: unknown) => value === undefined || check(value);
const listOf = (shape: Shape | ((value: unknown) => boolean)) => (value: unknown) =>
  Array.isArray(value) &&
  value.every((item) => (typeof shape === "function" ? shape(item) : mismatch(item, shape) === undefined));
const object = (shape: Shape) => (value: unknown) => mismatch(value, shape) === undefined;

const VERSION = { type: isText, id: isText, version: isCount };
const RECEIPT = object({
  id: isText,
  receipt: (value) => isText(value) && /^1\.[0-9a-f]{16}\.[\w-]{43}\.\{/.test(value as string),
  walletId: optional(isText),
  decision: (value) => value === "ALLOW" || value === "DENY",
  signature: optional((value) => isText(value) && /^[\w-]{86}$/.test(value as string)),
});
const SHAPES: { [outcome in SignerAnswer["outcome"]]: Shape } = {
  accepted: {
    used: listOf(VERSION),
    put: listOf({
      ...VERSION,
      sealed: isText,
      deleted: isBoolean,
      createdAtMs: isCount,
      references: listOf({ kind: isText, to: isText }),
      wallet: optional(isObject),
      expiresAtMs: optional(isCount),
    }),
    walletSecrets: listOf({ walletId: isText, sealedKey: isText, sealedSeed: optional(isText) }),
    receipt: RECEIPT,
    consume: listOf({ digest: isText, expiresAtMs: isCount }),
    result: (value) => value === null || isObject(value),
    transaction: optional(object({ signed: isText, hash: isText, nonce: isText })),
    requestExpiryMs: optional(isCount),
  },
  refused: {
    status: (value) => isCount(value) && (value as number) >= 400 && (value as number) < 600,
    code: isText,
    error: isText,
    details: optional(isObject),
    used: listOf(VERSION),
    receipt: optional(RECEIPT),
  },
  server_key: { key: (value) => isText(value) && /^[A-Za-z0-9+/]{43}=$/.test(value as string) },
  answered: { result: isObject },
  need: { records: listOf({ type: isText, id: isText }) },
  stale: { records: listOf(VERSION) },
  status: { phase: isText, rootKey: isObject, primitives: isObject, notes: listOf(isText), origins: listOf(isText) },
  noted: {},
  checkpoint: { checkpoint: isText, key: isText, root: isText },
  need_consistency: { size: isCount },
};

/** What is wrong with an answer as an answer of the protocol: a member it must not have, lacks, or of another type. */
export function findForeignMember(answer: SignerAnswer): string | undefined {
  if (!Object.hasOwn(SHAPES, answer.outcome)) return `outcome ${answer.outcome}`;
  return mismatch(answer, { outcome: isText, ...SHAPES[answer.outcome] });
}

function mismatch(value: unknown, shape: Shape): string | undefined {
  if (!isObject(value)) return "something that is no object";
  const members = value as { [member: string]: unknown };
  for (const name of Object.keys(members)) if (!Object.hasOwn(shape, name)) return `a member ${name}`;
  for (const [name, check] of Object.entries(shape)) if (!check(members[name])) return `a strange ${name}`;
  return undefined;
}
