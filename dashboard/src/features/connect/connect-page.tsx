import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CodeBlock } from "../../components/code-block.tsx";
import { CopyField } from "../../components/copy.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Page } from "../../components/page.tsx";
import { Card } from "../../components/ui/card.tsx";
import { tabClass } from "../../components/ui/tabs.tsx";
import { read } from "../../lib/api/queries.ts";
import { useSearchState } from "../../lib/search.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { sdks } from "./snippets.ts";

/** Code to start with, filled with what this app has; what it lacks is left as a placeholder. */
export function ConnectPage() {
  const appId = useAppId();
  const first = { params: { app_id: appId }, query: { limit: "1" } };
  const keys = useQuery(read("listAppKeyQuorums", first));
  const policies = useQuery(read("listAppPolicies", first));
  const wallets = useQuery(
    read("listAppWallets", { params: first.params, query: { ...first.query, chain_type: "ethereum" } }),
  );
  const status = useQuery(read("getStatus", {}));
  const asked = [keys, policies, wallets, status];
  const failed = asked.find((query) => query.isError);
  const [search] = useSearchState();
  const sdk = sdks.find(({ id }) => id === search.sdk) ?? sdks[0];
  const snippets = sdk?.write({
    appId,
    url: location.origin,
    keyQuorumId: keys.data?.data[0]?.key_quorum.id ?? "KEY_QUORUM_ID",
    policyId: policies.data?.data[0]?.policy.id ?? "POLICY_ID",
    walletId: wallets.data?.data[0]?.id ?? "WALLET_ID",
    walletAddress: wallets.data?.data[0]?.address ?? "WALLET_ADDRESS",
    caip2: Object.keys(status.data?.chains ?? {}).find((id) => id.startsWith("eip155:")) ?? "eip155:1",
  });
  return (
    <Page
      narrow
      title="Connect"
      description="Code to start with. IDs are those of the newest key, policy and wallet of this app."
    >
      <Card title="Where">
        <div className="grid gap-4 sm:grid-cols-2">
          <CopyField label="App ID" value={appId} />
          <CopyField label="API address" value={location.origin} />
        </div>
      </Card>
      <nav aria-label="Client" className="-mb-1 flex gap-1 overflow-x-auto border-b border-line">
        {sdks.map(({ id, label }) => (
          <Link
            key={id}
            to="/app/$appId/connect"
            params={{ appId }}
            search={{ sdk: id } as never}
            aria-current={id === sdk?.id ? "page" : undefined}
            className={tabClass}
          >
            {label}
          </Link>
        ))}
      </nav>
      {failed !== undefined && (
        // The code is there all the same, with placeholders; what is missing from it is said.
        <ErrorPanel error={failed.error} onRetry={() => void Promise.all(asked.map((query) => query.refetch()))} />
      )}
      {snippets?.map((snippet) => (
        <Card key={snippet.title} title={snippet.title} description={snippet.text}>
          <CodeBlock code={snippet.code} label={snippet.title} />
        </Card>
      ))}
    </Page>
  );
}
