import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { BackLink } from "../../components/back-link.tsx";
import { Id } from "../../components/copy.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Load } from "../../components/load.tsx";
import { Page } from "../../components/page.tsx";
import { FullTime, Time } from "../../components/time.tsx";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card, Facts } from "../../components/ui/card.tsx";
import { Confirm } from "../../components/ui/confirm.tsx";
import { call } from "../../lib/api/client.ts";
import { read, readFirstPage, refresh } from "../../lib/api/queries.ts";
import type { UserDetail, Wallet } from "../../lib/api/types.ts";
import { formatCount } from "../../lib/format.ts";
import { useAct } from "../../lib/use-act.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { ActivityTable } from "../activity/activity-table.tsx";
import { useMay } from "../session/session.ts";
import { describeAccount, describeUser, nameAccountType } from "./describe-user.ts";

export function UserPage() {
  const appId = useAppId();
  const navigate = useNavigate();
  const { userId } = useParams({ strict: false }) as { userId: string };
  const mayChange = useMay("developer");
  const [isDeleting, setDeleting] = useState(false);
  const params = { app_id: appId, user_id: userId };
  const query = useQuery(read("getAppUser", { params }));
  const remove = async () => {
    await call("deleteAppUser", { params });
    await refresh("listAppUsers", "getOverview");
    await navigate({ to: "/app/$appId/users", params: { appId } });
  };
  return (
    <Page
      title={query.data === undefined ? "User" : describeUser(query.data.user)}
      detail={<Id value={userId} label="user ID" full />}
      above={
        <BackLink to="/app/$appId/users" params={{ appId }}>
          Users
        </BackLink>
      }
      actions={
        mayChange &&
        !query.isError && (
          <Button icon="trash" onClick={() => setDeleting(true)}>
            Delete user
          </Button>
        )
      }
    >
      <Load query={query}>{(detail) => <Detail detail={detail} />}</Load>
      <Confirm
        open={isDeleting}
        onClose={() => setDeleting(false)}
        onConfirm={remove}
        title="Delete this user?"
        action="Delete user"
        typed="delete"
      >
        The user can no longer sign in, and nobody can sign for the user's wallets any more. What is in them is lost
        unless the user has exported the keys.
      </Confirm>
    </Page>
  );
}

function Detail({ detail }: { detail: UserDetail }) {
  const { user, wallets } = detail;
  const metadata = Object.entries(user.custom_metadata ?? {});
  return (
    <>
      <Card title="About">
        <Facts
          items={[
            ["Created", <FullTime key="created" at={user.created_at * 1000} />],
            ["Key quorums with this user", String(detail.key_quorum_ids.length)],
            ...metadata.map(([name, value]) => [name, String(value)] as const),
          ]}
        />
      </Card>
      <Card title="Linked accounts" flush>
        <ul className="divide-y divide-line">
          {user.linked_accounts.map((account) => (
            <li
              key={`${account.type} ${describeAccount(account)}`}
              className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 text-sm"
            >
              <span className="w-28 text-faint">
                {"id" in account ? "Embedded wallet" : nameAccountType(account.type)}
              </span>
              <span className="min-w-0 flex-1 basis-48 break-all">{describeAccount(account)}</span>
              {account.verified_at > 0 && (
                <span className="text-faint">
                  verified <Time at={account.verified_at * 1000} />
                </span>
              )}
            </li>
          ))}
        </ul>
      </Card>
      <Wallets userId={user.id} wallets={wallets} />
      {wallets[0] !== undefined && <WalletActivity wallet={wallets[0]} />}
    </>
  );
}

function Wallets({ userId, wallets }: { userId: string; wallets: readonly Wallet[] }) {
  const appId = useAppId();
  const act = useAct();
  const mayCreate = useMay("developer");
  const create = () =>
    act.run(async () => {
      await call("createAppUserWallets", {
        params: { app_id: appId, user_id: userId },
        body: { wallets: [{ chain_type: "ethereum" }] },
      });
      await refresh("getAppUser", "listAppWallets");
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
      {wallets.length === 0 ? (
        <EmptyState icon="wallet" title="No wallets">
          A wallet made here belongs to the user.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line">
          {wallets.map((wallet) => (
            <li key={wallet.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5 text-sm">
              <Badge>{wallet.chain_type}</Badge>
              <Link
                to="/app/$appId/wallets/$walletId"
                params={{ appId, walletId: wallet.id }}
                className="min-w-0 flex-1 truncate hover:underline"
              >
                <code>{wallet.address}</code>
              </Link>
              <span className="text-faint">{formatCount(wallet.additional_signers.length, "session signer")}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function WalletActivity({ wallet }: { wallet: Wallet }) {
  const appId = useAppId();
  const query = useInfiniteQuery({
    ...readFirstPage("listActivity", { params: { app_id: appId }, query: { wallet_id: wallet.id } }, 10),
  });
  return (
    <Card title="Latest decisions about the first wallet" flush>
      <ActivityTable query={query} isShort />
    </Card>
  );
}
