import { equalBytes } from "@mandate/core/crypto/equal-bytes";
import { ed25519PublicKey, hkdfSha256, signEd25519 } from "@mandate/core/crypto/primitives";
import { decodeBase64, encodeBase64 } from "@mandate/core/encoding/base64";
import { encodeUtf8 } from "@mandate/core/encoding/utf8";
import { formatLogKey, parseCheckpoint, signCheckpoint, verifyCheckpoint } from "@mandate/core/log/checkpoint";
import {
  appendLeafHash,
  hashLeaf,
  isEdge,
  rootOfEdge,
  type TreeEdge,
  verifyConsistency,
} from "@mandate/core/log/merkle-tree";
import type { SignerCheckpointed, SignerCheckpointQuery } from "../protocol.ts";
import type { SignerContext } from "./context.ts";
import { Refusal } from "./refusal.ts";

/**
 * The record: one Merkle log of receipts per app. The API keeps it; the signer signs its checkpoints, and only ones
 * that contain receipts of its own making and continue what it signed before (docs/records.md).
 */
export type LogKey = { publicKey: Uint8Array; sign(message: Uint8Array): Uint8Array };

/** The last tree of each log that was signed. `raise` is durable when it returns. */
export type LogHeads = {
  get(appId: string): LogHead | undefined;
  raise(appId: string, head: LogHead): void;
};

export type LogHead = { size: number; root: Uint8Array };

/** Derived, not stored: it can be rebuilt from the root key, and is nowhere that the root key is not. */
export function deriveLogKey(rootKey: Uint8Array): LogKey {
  const seed = hkdfSha256(rootKey, new Uint8Array(32), encodeUtf8("mandate/log/v1"), 32);
  return { publicKey: ed25519PublicKey(seed), sign: (message) => signEd25519(seed, message) };
}

export function logOrigin(rootKeyId: string, appId: string): string {
  return `mandate/${rootKeyId}/${appId}`;
}

/** Appends the receipts to the tree whose right edge is given, and signs the result. */
export function checkpointLog(ctx: SignerContext, query: SignerCheckpointQuery): SignerCheckpointed {
  const { appId } = query;
  const key = { origin: logOrigin(ctx.sealer.rootKeyId, appId), publicKey: ctx.logKey.publicKey };
  const edge: TreeEdge = { size: query.size, hashes: query.edge.map(readHash) };
  if (!isEdge(edge)) throw refuse("the edge is not one of a tree of this size");
  const head = ctx.logHeads.get(appId);
  // Older than what was signed: allowed when the receipts lead to it, as after a crash between signature and storage.
  if (head === undefined || edge.size > head.size) assertSigned(query, edge, key);
  if (head !== undefined && edge.size > head.size) assertContinues(query, head, edge);
  if (head !== undefined && edge.size === head.size) assertSame(head, edge);

  for (const sealed of query.receipts) {
    const entry = ctx.sealer.openReceipt(sealed, appId);
    if (entry === undefined) throw refuse("a stored receipt is not one that this signer made for this app");
    appendLeafHash(edge, hashLeaf(entry));
    if (head !== undefined && edge.size === head.size) assertSame(head, edge);
  }
  if (head !== undefined && edge.size < head.size) {
    throw refuse(`the log ends at ${edge.size} receipts, but ${head.size} were signed: it was cut or rolled back`);
  }
  const root = rootOfEdge(edge);
  // INVARIANT: durable before the signature leaves, so that no crash lets a second tree of this size be signed.
  if (head === undefined || edge.size > head.size) ctx.logHeads.raise(appId, { size: edge.size, root });
  const checkpoint = signCheckpoint({ origin: key.origin, size: edge.size, root }, key.publicKey, ctx.logKey.sign);
  return { outcome: "checkpoint", checkpoint, key: formatLogKey(key), root: encodeBase64(root) };
}

type Key = { origin: string; publicKey: Uint8Array };

/** Another signer, or this one before it lost its memory, has signed this very tree. */
function assertSigned({ previous }: SignerCheckpointQuery, edge: TreeEdge, key: Key): void {
  if (edge.size === 0) return;
  const checkpoint = previous === undefined ? undefined : parseCheckpoint(previous);
  const isSigned =
    checkpoint !== undefined &&
    verifyCheckpoint(checkpoint, key) &&
    checkpoint.size === edge.size &&
    equalBytes(checkpoint.root, rootOfEdge(edge));
  if (!isSigned) throw refuse("the tree to continue has no checkpoint by this log's key");
}

function assertContinues(query: SignerCheckpointQuery, head: LogHead, edge: TreeEdge): void {
  if (query.consistency === undefined) throw new NeedConsistency(head.size);
  const now = { size: edge.size, root: rootOfEdge(edge) };
  if (!verifyConsistency(head, now, query.consistency.map(readHash))) {
    throw refuse("the log does not continue the one that was signed before: it was forked");
  }
}

function assertSame(head: LogHead, edge: TreeEdge): void {
  if (!equalBytes(head.root, rootOfEdge(edge)))
    throw refuse(`the first ${head.size} receipts are not those that were signed before: the log was altered`);
}

/** The API has to prove that its tree continues the one of `size`. */
export class NeedConsistency extends Error {
  override name = "NeedConsistency";
  readonly size: number;

  constructor(size: number) {
    super("a consistency proof is missing");
    this.size = size;
  }
}

function readHash(text: string): Uint8Array {
  const bytes = decodeBase64(text);
  if (bytes?.length !== 32) throw refuse("a hash of the tree has 32 bytes in base64");
  return bytes;
}

function refuse(message: string): Refusal {
  return new Refusal(500, "record_integrity", `the record of this app was not continued: ${message}`);
}
