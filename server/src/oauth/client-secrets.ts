import { ApiError } from "../api-error.ts";
import type { Deps } from "../deps.ts";
import { getServerKey } from "../server-key.ts";

/**
 * What an app is known by at its providers. It opens nothing here: with it alone nobody becomes a user, since ID tokens
 * are the provider's. So it is no part of the app's sealed record; it is kept encrypted under the server's key and leaves
 * only for the provider's token endpoint.
 */
const COLLECTION = "oauth_client_secrets";
const PURPOSE = "oauth client secret";
const ATTEMPTS_MAX = 10;

type Body = { sealed: string; updatedAtMs: number };

export async function setClientSecret(
  deps: Deps,
  appId: string,
  provider: string,
  secret: string | null,
): Promise<void> {
  const key = { collection: COLLECTION, scope: appId, id: provider };
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const known = await deps.documents.findDocument(key);
    if (known === undefined && secret === null) return;
    const version = known?.version ?? 0;
    const result =
      secret === null
        ? await deps.documents.writeDocuments({ remove: [{ ...key, version }] })
        : await deps.documents.writeDocuments({
            put: [
              {
                ...key,
                version: version + 1,
                body: await seal(deps, appId, provider, secret),
                createdAtMs: deps.nowMs(),
              },
            ],
          });
    if (result.ok) return;
  }
  throw new ApiError("resource_conflict");
}

/** Undefined for an app that is known to the provider without one. */
export async function findClientSecret(deps: Deps, appId: string, provider: string): Promise<string | undefined> {
  const known = await deps.documents.findDocument({ collection: COLLECTION, scope: appId, id: provider });
  if (known === undefined) return undefined;
  const { sealed } = JSON.parse(known.body) as Body;
  const opened = (await getServerKey(deps)).open(PURPOSE, sealed);
  const named = opened === undefined ? undefined : (JSON.parse(opened) as { owner: string; secret: string });
  // Sealed together with whose it is, so that storage cannot hand one app's secret to another's provider.
  if (named?.owner !== ownerOf(appId, provider))
    throw new ApiError(
      "feature_not_enabled",
      "the provider's client secret cannot be read; its operator has to set it again",
    );
  return named.secret;
}

export async function listClientSecrets(
  deps: Deps,
  appId: string,
): Promise<{ provider: string; updatedAtMs: number }[]> {
  const { data } = await deps.documents.listDocuments(
    { collection: COLLECTION, scope: appId, order: "oldest" },
    { cursor: undefined, limit: 100 },
  );
  return data.map(({ id, body }) => ({ provider: id, updatedAtMs: (JSON.parse(body) as Body).updatedAtMs }));
}

async function seal(deps: Deps, appId: string, provider: string, secret: string): Promise<string> {
  const key = await getServerKey(deps);
  const sealed = key.seal(PURPOSE, JSON.stringify({ owner: ownerOf(appId, provider), secret }));
  return JSON.stringify({ sealed, updatedAtMs: deps.nowMs() } satisfies Body);
}

function ownerOf(appId: string, provider: string): string {
  return `${appId} ${provider}`;
}
