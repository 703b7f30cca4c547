/** An answer that is not the one hoped for, as the API words it. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;
  readonly details: unknown;

  constructor(status: number, code: string, message: string, requestId?: string, details?: unknown) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.requestId = requestId;
    this.details = details;
  }
}

export function isApiError(error: unknown, code?: string): error is ApiError {
  return error instanceof ApiError && (code === undefined || error.code === code);
}

/** Reads an answer's error. What is not in the API's form (a proxy's page, say) is described by its status. */
export async function readError(answer: Response): Promise<ApiError> {
  const requestId = answer.headers.get("request-id") ?? undefined;
  try {
    const body = (await answer.json()) as { error?: unknown; code?: unknown; details?: unknown };
    if (typeof body.error === "string" && typeof body.code === "string") {
      return new ApiError(answer.status, body.code, body.error, requestId, body.details);
    }
  } catch {
    // Not JSON.
  }
  return new ApiError(answer.status, "unknown", `The server answered with status ${answer.status}`, requestId);
}
