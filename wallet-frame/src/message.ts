/**
 * What a page of the app and this frame say to each other. The page sends `{id, event, data}`, as an object or as its
 * JSON text, depending on the SDK; every message is answered once, with the same `id` and `event`.
 */
export type FrameMessage = { id: string; event: string; data: { readonly [member: string]: unknown } };

export type FrameErrorType = "error" | "invalid_request_arguments" | "wallet_not_on_device";

export type FrameReply = { id: string; event: string } & (
  | { data: { readonly [member: string]: unknown } }
  | { error: { type: FrameErrorType; message: string } }
);

const CHARACTERS_MAX = 2_000_000;
const NAME_CHARACTERS_MAX = 200;

/** Undefined for whatever is not ours: other scripts of the page post messages too, and get no answer. */
export function readFrameMessage(posted: unknown): FrameMessage | undefined {
  const value = typeof posted === "string" ? parseText(posted) : posted;
  if (!isObject(value)) return undefined;
  const { id, event, data } = value;
  if (!isName(id) || !isName(event) || !event.startsWith("privy:")) return undefined;
  return { id, event, data: isObject(data) ? data : {} };
}

/** A text member of the data; throws `FrameError` when there is none. */
export function textOf(message: FrameMessage, member: string): string {
  const value = Object.hasOwn(message.data, member) ? message.data[member] : undefined;
  if (typeof value !== "string" || value === "") {
    throw new FrameError("invalid_request_arguments", `\`${member}\` must be text`);
  }
  return value;
}

/** What the page is told. The text never holds a key or a token. */
export class FrameError extends Error {
  override name = "FrameError";
  readonly type: FrameErrorType;

  constructor(type: FrameErrorType, message: string) {
    super(message);
    this.type = type;
  }
}

function parseText(text: string): unknown {
  if (text.length > CHARACTERS_MAX) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= NAME_CHARACTERS_MAX;
}

function isObject(value: unknown): value is { [member: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
