/** Calls to this app's own server (server/api.ts). The access token says who is asking. */
import { getAccessToken } from "@privy-io/react-auth";

export async function callServer(method: "GET" | "POST", path: string, signal?: AbortSignal): Promise<Response> {
  const token = await getAccessToken();
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(path, { method, headers, ...(signal && { signal }) });
  if (response.ok) return response;
  const { error } = (await response.json().catch(() => ({}))) as { error?: string };
  throw new Error(error ?? `The app's server answered ${response.status}.`);
}
