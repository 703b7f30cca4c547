import { call } from "../../lib/api/client.ts";

/** So many items go into one request. */
const PER_REQUEST = 100;

/** Values, one a line or separated by commas; each once, in the order in which they stand. */
export function readValues(text: string): string[] {
  const values = text.split(/[\n\r,]+/).map((value) => value.trim());
  return [...new Set(values.filter((value) => value !== ""))];
}

/** In portions. Where one fails, those before it are in the set. */
export async function addValues(appId: string, setId: string, values: readonly string[]): Promise<void> {
  const params = { app_id: appId, condition_set_id: setId };
  for (let from = 0; from < values.length; from += PER_REQUEST) {
    const body = values.slice(from, from + PER_REQUEST).map((value) => ({ value }));
    await call("addAppConditionSetItems", { params, body });
  }
}
