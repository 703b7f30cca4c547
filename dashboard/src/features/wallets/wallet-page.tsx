import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { BackLink } from "../../components/back-link.tsx";
import { Id } from "../../components/copy.tsx";
import { Load } from "../../components/load.tsx";
import { Page } from "../../components/page.tsx";
import { FullTime } from "../../components/time.tsx";
import { Badge } from "../../components/ui/badge.tsx";
import { buttonClass } from "../../components/ui/button.tsx";
import { Card, Facts } from "../../components/ui/card.tsx";
import { read, readFirstPage } from "../../lib/api/queries.ts";
import type { WalletDetail } from "../../lib/api/types.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { ActivityTable } from "../activity/activity-table.tsx";
import { describeMembers, describeThreshold } from "../authorization-keys/describe-quorum.ts";
import { nameChainType } from "./chain-types.ts";
import { SessionSigners } from "./session-signers.tsx";
import { Transactions } from "./transactions.tsx";
import { WalletSimulation } from "./wallet-simulation.tsx";

export function WalletPage() {
  const appId = useAppId();
  const { walletId } = useParams({ strict: false }) as { walletId: string };
  const query = useQuery(read("getAppWallet", { params: { app_id: appId, wallet_id: walletId } }));
  const activity = useInfiniteQuery({
    ...readFirstPage("listActivity", { params: { app_id: appId }, query: { wallet_id: walletId } }, 10),
  });
  const wallet = query.data?.wallet;
  return (
    <Page
      title={wallet?.display_name ?? "Wallet"}
      detail={<Id value={wallet?.address ?? walletId} label={wallet === undefined ? "wallet ID" : "address"} full />}
      above={
        <BackLink to="/app/$appId/wallets" params={{ appId }}>
          Wallets
        </BackLink>
      }
    >
      <Load query={query}>
        {(detail) => (
          <>
            <About detail={detail} />
            <SessionSigners detail={detail} />
            <WalletSimulation detail={detail} />
          </>
        )}
      </Load>
      <Transactions walletId={walletId} />
      <Card
        title="Latest decisions"
        flush
        actions={
          <Link
            to="/app/$appId/activity"
            params={{ appId }}
            search={{ wallet: walletId } as never}
            className={buttonClass("secondary", true)}
          >
            All
          </Link>
        }
      >
        <ActivityTable query={activity} isShort />
      </Card>
    </Page>
  );
}

function About({ detail }: { detail: WalletDetail }) {
  const appId = useAppId();
  const { wallet, owner, policies } = detail;
  const policy = policies[0];
  return (
    <Card title="About">
      <Facts
        items={[
          ["Wallet ID", <Id key="id" value={wallet.id} label="wallet ID" full />],
          ["Chain", nameChainType(wallet.chain_type)],
          [
            "Owner",
            owner === null ? (
              <Badge key="owner" tone="warn">
                None: the app's secret signs
              </Badge>
            ) : (
              <span key="owner">
                <Link
                  to="/app/$appId/authorization-keys/$quorumId"
                  params={{ appId, quorumId: owner.id }}
                  className="text-accent-ink hover:underline"
                >
                  {owner.display_name || <code>{owner.id}</code>}
                </Link>{" "}
                <span className="text-muted">
                  {describeMembers(owner)}, {describeThreshold(owner)} must sign
                </span>
              </span>
            ),
          ],
          [
            "Policy on the owner",
            policy === undefined ? (
              <span key="policy" className="text-faint">
                none
              </span>
            ) : (
              <Link
                key="policy"
                to="/app/$appId/policies/$policyId"
                params={{ appId, policyId: policy.id }}
                className="text-accent-ink hover:underline"
              >
                {policy.name}
              </Link>
            ),
          ],
          ["Created", <FullTime key="created" at={wallet.created_at} />],
          ["Key exported", <FullTime key="exported" at={wallet.exported_at} />],
        ]}
      />
    </Card>
  );
}
