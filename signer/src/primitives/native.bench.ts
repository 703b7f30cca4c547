import { signEd25519Checked } from "@mandate/core/crypto/ed25519";
import { p256PublicKey, signP256 } from "@mandate/core/crypto/p256";
import { installPrimitives, keccak256, signEd25519, signSecp256k1, verifyP256 } from "@mandate/core/crypto/primitives";
import { signRecoverable } from "@mandate/core/crypto/secp256k1";
import { bench, describe } from "vitest";
import { loadPrimitives } from "./native.ts";

const { primitives, active } = await loadPrimitives();
installPrimitives(primitives);

const payload = new Uint8Array(600).fill(1);
const transaction = new Uint8Array(120).fill(2);
const digest = keccak256(transaction);
const privateKey = new Uint8Array(32).fill(3);
const publicKey = primitives.secp256k1PublicKey(privateKey, false);
const { spkiBase64 } = p256PublicKey(privateKey);
const ed25519Key = primitives.ed25519PublicKey(privateKey);
const authorization = signP256(payload, privateKey);

// "mean" is in milliseconds per operation.
describe(`the floor of one authorised signature (${Object.values(active).join(", ")})`, () => {
  bench("verifyP256, 600 bytes", () => void verifyP256(spkiBase64, payload, authorization));
  bench("signSecp256k1", () => void signSecp256k1(digest, privateKey));
  bench("signEd25519, 120 bytes", () => void signEd25519(privateKey, transaction));
  bench("signEd25519Checked, 120 bytes", () => void signEd25519Checked(transaction, privateKey, ed25519Key));
  bench("keccak256, 120 bytes", () => void keccak256(transaction));
  bench("all three: the floor", () => {
    verifyP256(spkiBase64, payload, authorization);
    signSecp256k1(keccak256(transaction), privateKey);
  });
  bench("the floor with the check of the own signature", () => {
    verifyP256(spkiBase64, payload, authorization);
    signRecoverable(keccak256(transaction), privateKey, publicKey);
  });
});
