import type { RecordKey, RecordVersion } from "../protocol.ts";

/**
 * The three ways an operation ends early. They are thrown inside the signer's core and become answers in `handle.ts`;
 * none of them ever carries a key, a secret or a token.
 */
export class Refusal extends Error {
  override name = "Refusal";
  readonly status: number;
  readonly code: string;
  readonly details: { [member: string]: unknown } | undefined;

  constructor(status: number, code: string, message: string, details?: { [member: string]: unknown }) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** Records the decision needs and the API did not send. */
export class NeedRecords extends Error {
  override name = "NeedRecords";
  readonly records: RecordKey[];

  constructor(records: RecordKey[]) {
    super("records are missing");
    this.records = records;
  }
}

/** Records older than, or other than, what the signer has seen. */
export class StaleRecords extends Error {
  override name = "StaleRecords";
  readonly records: RecordVersion[];

  constructor(records: RecordVersion[]) {
    super("records are older than ones seen before");
    this.records = records;
  }
}

export function invalidData(message: string): Refusal {
  return new Refusal(400, "invalid_data", message);
}
