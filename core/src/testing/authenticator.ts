import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** What a page, its browser and the authenticator put into an answer; each member can be set wrong. */
export type Ceremony = {
  /** base64url */
  challenge: string;
  origin: string;
  rpId?: string;
  type?: string;
  /** More members of the client data. */
  clientData?: { [member: string]: unknown };
  flags?: number;
  signCount?: number;
  /** What becomes of the bytes before they leave. */
  rewriteAuthenticatorData?: (bytes: Buffer) => Buffer;
  rewriteAttestation?: (bytes: Buffer) => Buffer;
};

type Cbor = number | string | Uint8Array | Map<number | string, Cbor>;

/**
 * A passkey in software: one credential on P-256 that makes the answers of `navigator.credentials`, as the wire spells
 * them. Written from WebAuthn Level 3 and not from the code under test.
 */
export class TestAuthenticator {
  readonly id: string;
  readonly #keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  #count = 0;

  /** `id`: in place of one of its own, as somebody who poses as another. */
  constructor(id = randomBytes(32).toString("base64url")) {
    this.id = id;
  }

  register(ceremony: Ceremony) {
    const { rewriteAuthenticatorData = same, rewriteAttestation = same } = ceremony;
    const authData = this.#authenticatorData(ceremony, 0x45, this.attestedCredential());
    const attestation = encodeCbor(
      new Map<string, Cbor>([
        ["fmt", "none"],
        ["attStmt", new Map()],
        ["authData", rewriteAuthenticatorData(authData)],
      ]),
    );
    return {
      ...this.#envelope(),
      response: {
        client_data_json: this.#clientData("webauthn.create", ceremony).toString("base64url"),
        attestation_object: rewriteAttestation(attestation).toString("base64url"),
      },
    };
  }

  assert(ceremony: Ceremony) {
    const { rewriteAuthenticatorData = same } = ceremony;
    const authData = rewriteAuthenticatorData(this.#authenticatorData(ceremony, 0x05, Buffer.alloc(0)));
    const clientData = this.#clientData("webauthn.get", ceremony);
    const signature = sign("sha256", Buffer.concat([authData, hash(clientData)]), this.#keys.privateKey);
    return {
      ...this.#envelope(),
      response: {
        client_data_json: clientData.toString("base64url"),
        authenticator_data: authData.toString("base64url"),
        signature: signature.toString("base64url"),
      },
    };
  }

  /** §6.5.1. `more` are further members of the COSE key. */
  attestedCredential(more: [number, Cbor][] = []): Buffer {
    const { x, y } = this.#keys.publicKey.export({ format: "jwk" });
    const key = encodeCbor(
      new Map<number, Cbor>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x!, "base64url")],
        [-3, Buffer.from(y!, "base64url")],
        ...more,
      ]),
    );
    const id = Buffer.from(this.id, "base64url");
    return Buffer.concat([Buffer.alloc(16), Buffer.of(id.length >> 8, id.length & 0xff), id, key]);
  }

  #authenticatorData(ceremony: Ceremony, flags: number, credential: Buffer): Buffer {
    const { rpId = new URL(ceremony.origin).hostname } = ceremony;
    this.#count += 1;
    const count = Buffer.alloc(4);
    count.writeUInt32BE(ceremony.signCount ?? this.#count);
    return Buffer.concat([hash(Buffer.from(rpId)), Buffer.of(ceremony.flags ?? flags), count, credential]);
  }

  #clientData(type: string, { challenge, origin, clientData, type: other = type }: Ceremony): Buffer {
    return Buffer.from(JSON.stringify({ type: other, challenge, origin, crossOrigin: false, ...clientData }));
  }

  #envelope() {
    return { id: this.id, raw_id: this.id, type: "public-key" as const, client_extension_results: {} };
  }
}

export function encodeCbor(value: Cbor): Buffer {
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(5, value.size), ...[...value].flat().map(encodeCbor)]);
}

function head(major: number, argument: number): Buffer {
  if (argument < 24) return Buffer.of((major << 5) | argument);
  if (argument < 256) return Buffer.of((major << 5) | 24, argument);
  return Buffer.of((major << 5) | 25, argument >> 8, argument & 0xff);
}

function hash(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}

function same(bytes: Buffer): Buffer {
  return bytes;
}
