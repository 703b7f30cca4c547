import { readJsonNumber } from "./json-number.ts";
import type { JsonObject, JsonValue } from "./json-value.ts";
import { decodeUtf8 } from "./utf8.ts";

export type JsonLimits = {
  bytesMax: number;
  /** Arrays and objects inside one another; 0 allows scalars only. */
  depthMax: number;
  /** Array elements and object members, counted over the whole text. */
  membersMax: number;
};

export const JSON_LIMITS: JsonLimits = { bytesMax: 1_000_000, depthMax: 64, membersMax: 10_000 };

export type JsonErrorCode =
  | "json_too_large"
  | "json_too_deep"
  | "json_too_many_members"
  | "json_invalid_utf8"
  | "json_byte_order_mark"
  | "json_syntax"
  | "json_duplicate_member"
  | "json_lone_surrogate"
  | "json_lossy_number";

/** `offset` counts UTF-16 code units of the decoded text; 0 where the bytes could not be decoded. */
export type JsonError = { ok: false; code: JsonErrorCode; message: string; offset: number };

/**
 * Parses a JSON text (RFC 8259), more strictly than JSON.parse: what two readers could understand differently is
 * refused (I-JSON, RFC 7493, and `readJsonNumber`), as are texts above the limits, before any of it is built.
 * Objects have no prototype, so `__proto__` and `constructor` are members like any other. Time is linear in the bytes.
 * Messages never quote the text.
 */
export function parseJson(
  bytes: Uint8Array,
  limits: Partial<JsonLimits> = {},
): { ok: true; value: JsonValue } | JsonError {
  const { bytesMax, depthMax, membersMax } = { ...JSON_LIMITS, ...limits };
  if (bytes.length > bytesMax) return refuse("json_too_large", `send at most ${bytesMax} bytes of JSON`);
  const text = decodeUtf8(bytes);
  if (text === undefined) return refuse("json_invalid_utf8", "the JSON text is not valid UTF-8");
  if (text.charCodeAt(0) === 0xfeff) return refuse("json_byte_order_mark", "send JSON without a byte-order mark");
  try {
    return { ok: true, value: new Parser(text, depthMax, membersMax).parse() };
  } catch (thrown) {
    if (thrown instanceof Refusal) return refuse(thrown.code, thrown.message, thrown.offset);
    throw thrown;
  }
}

function refuse(code: JsonErrorCode, message: string, offset = 0): JsonError {
  return { ok: false, code, message, offset };
}

/** How the parser's depths reach `parseJson`; not an Error, as nobody reads its stack. */
class Refusal {
  readonly code: JsonErrorCode;
  readonly message: string;
  readonly offset: number;
  constructor(code: JsonErrorCode, message: string, offset: number) {
    this.code = code;
    this.message = message;
    this.offset = offset;
  }
}

const SHORT_ESCAPES: { [letter: string]: string } = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** Recursive descent; recursion is bounded by `depthMax`. `at` is always the next unread code unit. */
class Parser {
  private readonly text: string;
  private readonly depthMax: number;
  private membersLeft: number;
  private at = 0;
  private depth = 0;

  constructor(text: string, depthMax: number, membersMax: number) {
    this.text = text;
    this.depthMax = depthMax;
    this.membersLeft = membersMax;
  }

  parse(): JsonValue {
    this.skipSpace();
    const value = this.value();
    this.skipSpace();
    if (this.at < this.text.length) throw this.syntax("there is more text after the JSON value");
    return value;
  }

  private value(): JsonValue {
    switch (this.text.charCodeAt(this.at)) {
      case 0x22:
        return this.string();
      case 0x7b:
        return this.object();
      case 0x5b:
        return this.array();
      case 0x74:
        return this.literal("true", true);
      case 0x66:
        return this.literal("false", false);
      case 0x6e:
        return this.literal("null", null);
      default:
        return this.number();
    }
  }

  private object(): JsonObject {
    const object: JsonObject = Object.create(null);
    this.descend();
    if (this.text.charCodeAt(this.at) === 0x7d) return this.ascend(object);
    for (;;) {
      this.countMember();
      const nameAt = this.at;
      if (this.text.charCodeAt(this.at) !== 0x22) throw this.syntax("a member name in double quotes is missing");
      const name = this.string();
      if (name in object)
        throw new Refusal("json_duplicate_member", "a member name occurs twice in one object", nameAt);
      this.skipSpace();
      if (this.text.charCodeAt(this.at) !== 0x3a) throw this.syntax("`:` is missing after a member name");
      this.at++;
      this.skipSpace();
      object[name] = this.value();
      this.skipSpace();
      const code = this.text.charCodeAt(this.at);
      if (code === 0x7d) return this.ascend(object);
      if (code !== 0x2c) throw this.syntax("`,` or `}` is missing after a member");
      this.at++;
      this.skipSpace();
    }
  }

  private array(): JsonValue[] {
    const array: JsonValue[] = [];
    this.descend();
    if (this.text.charCodeAt(this.at) === 0x5d) return this.ascend(array);
    for (;;) {
      this.countMember();
      array.push(this.value());
      this.skipSpace();
      const code = this.text.charCodeAt(this.at);
      if (code === 0x5d) return this.ascend(array);
      if (code !== 0x2c) throw this.syntax("`,` or `]` is missing after an element");
      this.at++;
      this.skipSpace();
    }
  }

  private descend(): void {
    if (++this.depth > this.depthMax) {
      throw new Refusal("json_too_deep", `nest at most ${this.depthMax} arrays and objects`, this.at);
    }
    this.at++;
    this.skipSpace();
  }

  private ascend<T>(value: T): T {
    this.depth--;
    this.at++;
    return value;
  }

  private countMember(): void {
    if (--this.membersLeft < 0) {
      throw new Refusal("json_too_many_members", "the JSON text has too many members and elements", this.at);
    }
  }

  private literal<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw this.syntax("a JSON value is missing");
    this.at += word.length;
    return value;
  }

  private string(): string {
    const start = ++this.at;
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code === 0x22) return this.text.slice(start, this.at++);
      if (code === 0x5c) return this.stringWithEscapes(start);
      this.assertStringCharacter(code);
      this.at++;
    }
  }

  private stringWithEscapes(start: number): string {
    let value = "";
    let from = start;
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code === 0x22) return value + this.text.slice(from, this.at++);
      if (code === 0x5c) {
        value += this.text.slice(from, this.at) + this.escape();
        from = this.at;
      } else {
        this.assertStringCharacter(code);
        this.at++;
      }
    }
  }

  private assertStringCharacter(code: number): void {
    // Past the end, `code` is NaN.
    if (code >= 0x20) return;
    throw this.syntax(this.at < this.text.length ? "a control character is not escaped" : "a string does not end");
  }

  private escape(): string {
    const start = this.at;
    const letter = this.text.charAt(start + 1);
    if (letter !== "u") {
      // The letter is one character or none, so no member of Object.prototype can be meant.
      const short = SHORT_ESCAPES[letter];
      if (short === undefined) throw this.syntax("an escape sequence is unknown");
      this.at += 2;
      return short;
    }
    const unit = this.escapedUnit();
    if (unit < 0xd800 || unit > 0xdfff) return String.fromCharCode(unit);
    // The text is well-formed, so only another escape can be the other half.
    if (unit < 0xdc00 && this.text.startsWith("\\u", this.at)) {
      const low = this.escapedUnit();
      if (low >= 0xdc00 && low <= 0xdfff) return String.fromCharCode(unit, low);
    }
    throw new Refusal("json_lone_surrogate", "an escaped surrogate is not half of a pair", start);
  }

  private escapedUnit(): number {
    const digits = this.text.slice(this.at + 2, this.at + 6);
    if (!/^[0-9A-Fa-f]{4}$/.test(digits)) throw this.syntax("`\\u` needs four hex digits");
    this.at += 6;
    return Number.parseInt(digits, 16);
  }

  private number(): number {
    const start = this.at;
    if (this.text.charCodeAt(this.at) === 0x2d) this.at++;
    const zero = this.text.charCodeAt(this.at) === 0x30;
    if (zero) this.at++;
    else this.digits();
    if (this.text.charCodeAt(this.at) === 0x2e) {
      this.at++;
      this.digits();
    }
    if ((this.text.charCodeAt(this.at) | 0x20) === 0x65) {
      this.at++;
      const sign = this.text.charCodeAt(this.at);
      if (sign === 0x2b || sign === 0x2d) this.at++;
      this.digits();
    }
    const value = readJsonNumber(this.text.slice(start, this.at));
    if (value === undefined) {
      throw new Refusal("json_lossy_number", "a number does not fit a double; send it as a string", start);
    }
    return value;
  }

  private digits(): void {
    const start = this.at;
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      // Negated so that NaN, past the end, stops too.
      if (!(code >= 0x30 && code <= 0x39)) break;
      this.at++;
    }
    if (this.at === start) throw this.syntax("a JSON value is missing or malformed");
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at++;
    }
  }

  private syntax(message: string): Refusal {
    return new Refusal("json_syntax", `not JSON: ${message}`, this.at);
  }
}
