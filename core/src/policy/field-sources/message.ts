import { decodeUtf8 } from "../../encoding/utf8.ts";
import { orderOperators } from "../operator.ts";
import {
  bindNamed,
  type FieldBinding,
  type FieldSource,
  known,
  notKnown,
  type Observed,
  type Reading,
} from "./field-source.ts";

/** The bytes of the message before any prefix. */
function messageOf({ request }: Reading): Uint8Array | undefined {
  switch (request.method) {
    case "personal_sign":
    case "signMessage":
    case "signRawMessageBytes":
      return request.message;
    default:
      return undefined;
  }
}

const notAMessage: Observed = notKnown("inapplicable", "the request is not a message");

const content: FieldBinding = {
  operators: ["eq", "neq", "contains", "starts_with", "ends_with", "in", "in_condition_set"],
  types: ["string"],
  extract: (reading) => {
    const message = messageOf(reading);
    if (message === undefined) return notAMessage;
    const text = decodeUtf8(message);
    return text === undefined ? notKnown("unreadable", "the message is not UTF-8 text") : known("string", text);
  },
};

const byteLength: FieldBinding = {
  operators: ["eq", ...orderOperators],
  types: ["uint"],
  extract: (reading) => {
    const message = messageOf(reading);
    return message === undefined ? notAMessage : known("uint", BigInt(message.length));
  },
};

const bindings = new Map([
  ["content", content],
  ["byte_length", byteLength],
]);

/** The text and the length of a signed message (03 §3.3). Text is compared as decoded: not trimmed, not normalised. */
export const message: FieldSource = {
  source: "message",
  chainTypes: ["ethereum", "solana", "tron", "sui"],
  methods: ["personal_sign", "signMessage", "signRawMessageBytes"],
  inAnyMethodRules: true,
  companion: undefined,
  bind: (field) => bindNamed("message", bindings, field),
};
