/** Secrets that are looked for afterwards, in every form in which one could have leaked. */
export type Canary = { name: string; forms: Buffer[] };

/** A secret that is text: tokens, phrases, keys that travel as base64. */
export function textCanary(name: string, text: string): Canary {
  return canary(name, Buffer.from(text, "utf8"));
}

/** A secret that is bytes, also in the decimal that a number library would print. */
export function bytesCanary(name: string, bytes: Uint8Array): Canary {
  const { forms } = canary(name, Buffer.from(bytes));
  const decimal = BigInt(`0x${Buffer.from(bytes).toString("hex")}`).toString();
  return { name, forms: [...forms, Buffer.from(decimal)] };
}

/** Where `haystack` holds one of the canaries; the names of those found. */
export function findCanaries(haystack: Buffer, canaries: readonly Canary[]): string[] {
  return canaries.filter(({ forms }) => forms.some((form) => haystack.includes(form))).map(({ name }) => name);
}

/** Shorter than that, chance would find them too. */
const FORM_BYTES_MIN = 12;

function canary(name: string, bytes: Buffer): Canary {
  const forms = [bytes, Buffer.from(bytes).reverse()].flatMap((order) => [
    order,
    Buffer.from(order.toString("hex")),
    Buffer.from(order.toString("hex").toUpperCase()),
    ...base64Forms(order),
  ]);
  if (forms.some((form) => form.length < FORM_BYTES_MIN)) throw new Error(`${name} is too short to look for`);
  return { name, forms };
}

/**
 * Base64 of the bytes wherever they lie in a longer text: at each of three alignments, without the characters that
 * depend on the neighbours. In both alphabets.
 */
function base64Forms(bytes: Buffer): Buffer[] {
  return [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
    const from = Math.ceil((shift * 8) / 6);
    const to = Math.floor(((shift + bytes.length) * 8) / 6);
    const core = text.slice(from, to);
    return [core, core.replaceAll("+", "-").replaceAll("/", "_")].map((form) => Buffer.from(form));
  });
}
