import { StarkPoint } from "./stark-curve.ts";

/** The constant points of the hash (docs.starkware.co, "Pedersen Hash Function"; cairo-lang, `fast_pedersen_hash.py`). */
const [SHIFT, ...POINTS] = (
  [
    [
      0x49ee3eba8c1600700ee1b87eb599f16716b0b1022947733551fde4050ca6804n,
      0x3ca0cfe4b3bc6ddf346d49d06ea0ed34e621062c0e056c1d0405d266e10268an,
    ],
    [
      0x234287dcbaffe7f969c748655fca9e58fa8120b6d56eb0c1080d17957ebe47bn,
      0x3b056f100f96fb21e889527d41f4e39940135dd7a6c94cc6ed0268ee89e5615n,
    ],
    [
      0x4fa56f376c83db33f9dab2656558f3399099ec1de5e3018b7a6932dba8aa378n,
      0x3fa0984c931c9e38113e0c0e47e4401562761f92a7a23b45168f4e80ff5b54dn,
    ],
    [
      0x4ba4cc166be8dec764910f75b45f74b40c690c74709e90f3aa372f0bd2d6997n,
      0x40301cf5c1751f4b971e46c4ede85fcac5c59a5ce5ae7c48151f27b24b219cn,
    ],
    [
      0x54302dcb0e6cc1c6e44cca8f61a63bb2ca65048d53fb325d36ff12c49a58202n,
      0x1b77b3e37d13504b348046268d8ae25ce98ad783c25561a879dcc77e99c2426n,
    ],
  ] as const
).map(([x, y]) => StarkPoint.fromAffine({ x, y }));

const LOW_BITS = 248n;
const LOW_MASK = (1n << LOW_BITS) - 1n;
const FIELD_ORDER = StarkPoint.Fp.ORDER;

/**
 * The Pedersen hash of two field elements: the x-coordinate of shift + a_low·P1 + a_high·P2 + b_low·P3 + b_high·P4, where
 * low is the low 248 bits and high the 4 above (docs.starkware.co). The inputs are public.
 */
export function pedersenHash(a: bigint, b: bigint): bigint {
  let sum = SHIFT!;
  for (const [index, value] of [a, b].entries()) {
    if (value < 0n || value >= FIELD_ORDER) throw new RangeError("a Pedersen input must be a field element");
    for (const [half, part] of [value & LOW_MASK, value >> LOW_BITS].entries()) {
      if (part !== 0n) sum = sum.add(POINTS[2 * index + half]!.multiplyUnsafe(part));
    }
  }
  return sum.x;
}

/** The hash chain over the elements, closed with their number (cairo-lang, `compute_hash_on_elements`). */
export function pedersenHashOfElements(elements: readonly bigint[]): bigint {
  return pedersenHash(elements.reduce(pedersenHash, 0n), BigInt(elements.length));
}
