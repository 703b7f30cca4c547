import { expect, it } from "vitest";
import { signEd25519Checked } from "./ed25519.ts";
import { installPrimitives } from "./primitives.ts";
import { referencePrimitives } from "./reference-primitives.ts";

const message = new Uint8Array(40).fill(3);
const seed = new Uint8Array(32).fill(5);
const publicKey = referencePrimitives.ed25519PublicKey(seed);
const correct = referencePrimitives.signEd25519(seed, message);

let faulty = correct;
installPrimitives({ ...referencePrimitives, signEd25519: () => faulty });

it("I19: no signature with a flipped bit is released", () => {
  for (let bit = 0; bit < 512; bit += process.env.MANDATE_FUZZ === undefined ? 7 : 1) {
    faulty = correct.with(bit >> 3, correct[bit >> 3]! ^ (1 << (bit & 7)));
    expect(() => signEd25519Checked(message, seed, publicKey), `bit ${bit}`).toThrow("thrown away");
  }
});

it("I19: no signature with a second value of s is released", () => {
  const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
  const s = correct.subarray(32).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n) + ORDER;
  const twin = Uint8Array.from({ length: 32 }, (_, i) => Number((s >> BigInt(8 * i)) & 0xffn));
  faulty = Uint8Array.of(...correct.subarray(0, 32), ...twin);
  expect(() => signEd25519Checked(message, seed, publicKey)).toThrow("thrown away");
});

it("releases the correct one", () => {
  faulty = correct;
  expect(signEd25519Checked(message, seed, publicKey)).toEqual(correct);
});
