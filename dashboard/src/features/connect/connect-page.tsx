import { useQuery } from "@tanstack/react-query";
import { CodeBlock } from "../../components/code-block.tsx";
import { CopyField } from "../../components/copy.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Page } from "../../components/page.tsx";
import { Card } from "../../components/ui/card.tsx";
import { read } from "../../lib/api/queries.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { writeSnippets } from "./snippets.ts";

/** Code to start with, filled with what this app has; what it lacks is left as a placeholder. */
export function ConnectPage() {
  const appId = useAppId();
  const first = { params: { app_id: appId }, query: { limit: "1" } };
  const keys = useQuery(read("listAppKeyQuorums", first));
  const policies = useQuery(read("listAppPolicies", first));
  const wallets = useQuery(read("listAppWallets", first));
  const status = useQuery(read("getStatus", {}));
  const asked = [keys, policies, wallets, status];
  const failed = asked.find((query) => query.isError);
  const snippets = writeSnippets({
    appId,
    url: location.origin,
    keyQuorumId: keys.data?.data[0]?.key_quorum.id ?? "KEY_QUORUM_ID",
    policyId: policies.data?.data[0]?.policy.id ?? "POLICY_ID",
    walletId: wallets.data?.data[0]?.id ?? "WALLET_ID",
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
      {failed !== undefined && (
        // The code is there all the same, with placeholders; what is missing from it is said.
        <ErrorPanel error={failed.error} onRetry={() => void Promise.all(asked.map((query) => query.refetch()))} />
      )}
      {snippets.map((snippet) => (
        <Card key={snippet.id} title={snippet.title}>
          <CodeBlock code={snippet.code} label={snippet.title} />
        </Card>
      ))}
    </Page>
  );
}
