import { type ErrorCode, errors, makeErrorBody } from "@mandate/contract/errors";
import type { StoredAnswer } from "./storage/storage.ts";

/** An expected failure on its way to the caller. Its text and details are written for the caller and hold no secret. */
export class ApiError extends Error {
  override name = "ApiError";
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: unknown;

  constructor(
    code: ErrorCode,
    message: string = errors[code].message,
    more: { status?: number; details?: unknown } = {},
  ) {
    super(message);
    this.code = code;
    this.status = more.status ?? errors[code].status;
    this.details = more.details;
  }

  toAnswer(): StoredAnswer {
    return { status: this.status, body: JSON.stringify(makeErrorBody(this.code, this.message, this.details)) };
  }
}
