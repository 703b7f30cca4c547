import { ApiError } from "../api-error.ts";
import { InvalidCursorError, type Paged } from "../storage/storage.ts";

/** A cursor that is not one of ours is the caller's mistake. */
export async function readPage<T>(read: () => Promise<Paged<T>>): Promise<Paged<T>> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof InvalidCursorError)
      throw new ApiError("invalid_data", "cursor is not one that this list returned");
    throw error;
  }
}

/** `next_cursor` is literally null at the end: clients loop until they see it. */
export function toPage<T, V>(page: Paged<T>, view: (item: T) => V): { data: V[]; next_cursor: string | null } {
  return { data: page.data.map(view), next_cursor: page.nextCursor ?? null };
}
