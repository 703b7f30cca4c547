/**
 * A second verifier of records, written from docs/records.md alone: nothing of ours is imported, only node. It throws
 * for whatever is not as it should be.
 */
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const sha256 = (...parts: Buffer[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
const leaf = (entry: Buffer) => sha256(Buffer.from([0]), entry);
const node = (left: Buffer, right: Buffer) => sha256(Buffer.from([1]), left, right);

function ensure(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

function treeRoot(leaves: Buffer[]): Buffer {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0]!;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return node(treeRoot(leaves.slice(0, k)), treeRoot(leaves.slice(k)));
}

function readKey(text: string): { origin: string; keyId: Buffer; publicKey: Buffer } {
  const parts = text.split("+");
  const [origin = "", keyId = ""] = parts;
  const bytes = Buffer.from(parts.slice(2).join("+"), "base64");
  ensure(bytes.length === 33 && bytes[0] === 1, "not an Ed25519 key");
  const expected = sha256(Buffer.from(`${origin}\n`), bytes).subarray(0, 4);
  ensure(expected.toString("hex") === keyId, "the key ID is not the key's");
  return { origin, keyId: expected, publicKey: bytes.subarray(1) };
}

function verifyEd25519(publicKey: Buffer, message: string, signature: Buffer): boolean {
  // RFC 8410: SEQUENCE { SEQUENCE { 1.3.101.112 }, BIT STRING }
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), publicKey]);
  const key = createPublicKey({ key: der, format: "der", type: "spki" });
  return verify(null, Buffer.from(message, "utf8"), key, signature);
}

export function verifyCheckpoint(note: string, keyText: string): { size: number; root: Buffer } {
  const key = readKey(keyText);
  const [origin, size, root, empty, ...signatures] = note.split("\n");
  ensure(origin === key.origin && empty === "", "not a checkpoint of this log");
  const prefix = `\u2014 ${key.origin} `;
  const ours = signatures
    .filter((line) => line.startsWith(prefix))
    .map((line) => Buffer.from(line.slice(prefix.length), "base64"))
    .find((bytes) => bytes.subarray(0, 4).equals(key.keyId));
  ensure(ours !== undefined, "not signed by this key");
  ensure(verifyEd25519(key.publicKey, `${origin}\n${size}\n${root}\n`, ours.subarray(4)), "the signature is wrong");
  return { size: Number(size), root: Buffer.from(root ?? "", "base64") };
}

/** The file of one proof; returns the receipt that it proves. */
export function verifyProof(file: string, trustedKey: string): { index: number; receipt: Record<string, unknown> } {
  const { v, key, index, entry, proof } = JSON.parse(file);
  ensure(v === 1 && key === trustedKey, "another version, or another key");
  const end = proof.indexOf("\n\n");
  const [magic, indexLine, ...lines] = proof.slice(0, end).split("\n");
  ensure(magic === "c2sp.org/tlog-proof@v1" && indexLine === `index ${index}`, "not a proof");
  const { size, root } = verifyCheckpoint(proof.slice(end + 2), key);
  let [h, i, n] = [leaf(Buffer.from(entry, "utf8")), index as number, size - 1];
  for (const line of lines) {
    const p = Buffer.from(line, "base64");
    ensure(n !== 0, "the path is too long");
    if (i % 2 === 1 || i === n) {
      h = node(p, h);
      while (i % 2 === 0 && i !== 0) {
        i /= 2;
        n = Math.floor(n / 2);
      }
    } else h = node(h, p);
    i = Math.floor(i / 2);
    n = Math.floor(n / 2);
  }
  ensure(n === 0 && h.equals(root), "the entry is not in the log");
  return { index, receipt: JSON.parse(entry) };
}

/** The folder of an export; returns its receipts. */
export function verifyExport(folder: string, trustedKey: string): Record<string, unknown>[] {
  const { size, root } = verifyCheckpoint(readFileSync(join(folder, "checkpoint"), "utf8"), trustedKey);
  const entries: Buffer[] = [];
  for (let tile = 0; tile * 256 < size; tile++) {
    const width = Math.min(256, size - tile * 256);
    ensure(tile < 1000, "this verifier reads up to 256,000 entries");
    const name = `${String(tile).padStart(3, "0")}${width === 256 ? "" : `.p/${width}`}`;
    const bundle = readFileSync(join(folder, "tile/entries", name));
    const hashes = readFileSync(join(folder, "tile/0", name));
    let at = 0;
    for (let slot = 0; slot < width; slot++) {
      const length = bundle.readUInt16BE(at);
      const entry = bundle.subarray(at + 2, at + 2 + length);
      ensure(entry.length === length, "a bundle is cut");
      ensure(leaf(entry).equals(hashes.subarray(slot * 32, slot * 32 + 32)), "a hash tile does not fit");
      entries.push(entry);
      at += 2 + length;
    }
    ensure(at === bundle.length && hashes.length === width * 32, "a tile is too long");
  }
  ensure(treeRoot(entries.map(leaf)).equals(root), "the entries are not those that were signed");
  return entries.map((entry) => JSON.parse(entry.toString("utf8")));
}

/** The header `mandate-receipt`; returns the receipt. */
export function verifyReceiptHeader(header: string, trustedKey: string): Record<string, unknown> {
  const [entryText = "", signature = ""] = header.split(".");
  const entry = Buffer.from(entryText, "base64url");
  const message = `mandate-receipt v1\n${leaf(entry).toString("base64")}\n`;
  const isSigned = verifyEd25519(readKey(trustedKey).publicKey, message, Buffer.from(signature, "base64url"));
  ensure(isSigned, "the receipt is not signed by this key");
  return JSON.parse(entry.toString("utf8"));
}
