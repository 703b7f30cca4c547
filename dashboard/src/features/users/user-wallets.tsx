import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { EmptyState } from "../../components/empty-state.tsx";
import { ErrorNote } from "../../components/error-panel.tsx";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { call } from "../../lib/api/client.ts";
import { read, refresh } from "../../lib/api/queries.ts";
import type { Wallet } from "../../lib/api/types.ts";
import { shorten } from "../../lib/format.ts";
import { useAct } from "../../lib/use-act.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { useMay } from "../session/session.ts";

/** The user's wallets, each with who may sign with it while the user is away. */
export function UserWallets({ userId, wallets }: { userId: string; wallets: readonly Wallet[] }) {
  const appId = useAppId();
  const act = useAct();
  const mayCreate = useMay("developer");
  const create = () =>
    act.run(async () => {
      await call("createAppUserWallets", {
        params: { app_id: appId, user_id: userId },
        body: { wallets: [{ chain_type: "ethereum" }] },
      });
      await refresh("getAppUser", "listAppWallets", "listAppUsers");
    });
  return (
    <Card
      title="Wallets and their session signers"
      flush
      actions={
        mayCreate && (
          <Button small icon="plus" busy={act.busy} onClick={create}>
            Create wallet
          </Button>
        )
      }
    >
      {act.error !== undefined && <ErrorNote error={act.error} className="m-4" />}
      {wallets.length === 0 ? (
        <EmptyState icon="wallet" title="No wallets">
          A wallet made here belongs to the user.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line">
          {wallets.map((wallet) => (
            <li key={wallet.id} className="px-4 py-2.5 text-sm">
              <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
                <Badge>{wallet.chain_type}</Badge>
                <Link
                  to="/app/$appId/wallets/$walletId"
                  params={{ appId, walletId: wallet.id }}
                  className="min-w-0 flex-1 truncate hover:underline"
                >
                  <code>{wallet.address}</code>
                </Link>
                {wallet.additional_signers.length === 0 && <span className="text-faint">no session signers</span>}
              </div>
              {wallet.additional_signers.length > 0 && <Signers walletId={wallet.id} />}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Signers({ walletId }: { walletId: string }) {
  const appId = useAppId();
  const { data } = useQuery(read("getAppWallet", { params: { app_id: appId, wallet_id: walletId } }));
  return (
    <ul className="mt-1.5 flex flex-col gap-1 border-l-2 border-line pl-3 text-muted">
      {data?.signers.map((signer) => {
        const policy = signer.policies[0] ?? data.policies[0];
        return (
          <li key={signer.signer_id} className="flex flex-wrap gap-x-1.5">
            <Link
              to="/app/$appId/authorization-keys/$quorumId"
              params={{ appId, quorumId: signer.signer_id }}
              className="font-medium text-ink hover:underline"
            >
              {signer.key_quorum?.display_name || shorten(signer.signer_id)}
            </Link>
            {policy === undefined ? (
              <Badge tone="bad">No policy: signs anything</Badge>
            ) : (
              <span>
                within{" "}
                <Link
                  to="/app/$appId/policies/$policyId"
                  params={{ appId, policyId: policy.id }}
                  className="text-accent-ink hover:underline"
                >
                  {policy.name}
                </Link>
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
