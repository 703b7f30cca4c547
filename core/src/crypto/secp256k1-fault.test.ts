import { expect, it } from "vitest";
import { encodeHex } from "../encoding/hex.ts";
import { fromHex } from "../testing/wycheproof.ts";
import { installPrimitives, type RecoverableSignature } from "./primitives.ts";
import { referencePrimitives } from "./reference-primitives.ts";
import { signRecoverable } from "./secp256k1.ts";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const digest = new Uint8Array(32).fill(3);
const privateKey = new Uint8Array(32).fill(5);
const correct = referencePrimitives.signSecp256k1(digest, privateKey);

let faulty: RecoverableSignature = correct;
installPrimitives({ ...referencePrimitives, signSecp256k1: () => faulty });

it("I19: no signature with a flipped bit is released", () => {
  for (const part of ["r", "s"] as const) {
    for (let bit = 0; bit < 256; bit += process.env.MANDATE_FUZZ === undefined ? 5 : 1) {
      const flipped = correct[part].slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      faulty = { ...correct, [part]: flipped };
      expect(() => signRecoverable(digest, privateKey), `${part}, bit ${bit}`).toThrow("thrown away");
    }
  }
  faulty = { ...correct, recovery: correct.recovery === 0 ? 1 : 0 };
  expect(() => signRecoverable(digest, privateKey)).toThrow("thrown away");
});

it("I19: no signature with a high s is released, though it recovers to the key", () => {
  const s = fromHex((ORDER - BigInt(`0x${encodeHex(correct.s)}`)).toString(16).padStart(64, "0"));
  faulty = { r: correct.r, s, recovery: correct.recovery === 0 ? 1 : 0 };
  expect(referencePrimitives.recoverSecp256k1(digest, faulty)).toEqual(
    referencePrimitives.secp256k1PublicKey(privateKey, false),
  );
  expect(() => signRecoverable(digest, privateKey)).toThrow("thrown away");
});

it("releases the correct one", () => {
  faulty = correct;
  expect(signRecoverable(digest, privateKey)).toEqual({ r: correct.r, s: correct.s, yParity: correct.recovery });
});
