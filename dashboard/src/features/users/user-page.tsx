import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { DetailPage } from "../../components/detail-page.tsx";
import { FullTime, Time } from "../../components/time.tsx";
import { Card, Facts } from "../../components/ui/card.tsx";
import { call } from "../../lib/api/client.ts";
import { read } from "../../lib/api/queries.ts";
import type { UserDetail } from "../../lib/api/types.ts";
import { shorten } from "../../lib/format.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { useMay } from "../session/session.ts";
import { describeAccount, describeUser, nameAccountType } from "./describe-user.ts";
import { UserActivity } from "./user-activity.tsx";
import { UserSessions } from "./user-sessions.tsx";
import { UserWallets } from "./user-wallets.tsx";

export function UserPage() {
  const { userId } = useParams({ strict: false }) as { userId: string };
  const mayChange = useMay("developer");
  const params = { app_id: useAppId(), user_id: userId };
  const query = useQuery(read("getAppUser", { params }));
  return (
    <DetailPage
      title={query.data === undefined ? "User" : describeUser(query.data.user)}
      id={userId}
      idLabel="user ID"
      list={{ to: "/app/$appId/users", label: "Users" }}
      query={query}
      deletion={
        mayChange && {
          label: "Delete user",
          title: "Delete this user?",
          text: "The user can no longer sign in, and nobody can sign for the user's wallets any more. What is in them is lost unless the user has exported the keys.",
          typed: "delete",
          run: () => call("deleteAppUser", { params }),
          changes: ["listAppUsers", "getOverview"],
        }
      }
    >
      {(detail) => <Detail detail={detail} />}
    </DetailPage>
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
            ["Key quorums with this user", <Quorums key="quorums" ids={detail.key_quorum_ids} />],
            ["Accepted the terms", user.has_accepted_terms ? "yes" : "no"],
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
              <span className="w-36 text-faint">
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
      <UserWallets userId={user.id} wallets={wallets} />
      <UserSessions userId={user.id} />
      <UserActivity wallets={wallets} />
    </>
  );
}

function Quorums({ ids }: { ids: readonly string[] }) {
  const appId = useAppId();
  if (ids.length === 0) return <span className="text-faint">none</span>;
  return (
    <span className="flex flex-wrap gap-x-3">
      {ids.map((id) => (
        <Link
          key={id}
          to="/app/$appId/authorization-keys/$quorumId"
          params={{ appId, quorumId: id }}
          className="text-accent-ink hover:underline"
        >
          <code>{shorten(id)}</code>
        </Link>
      ))}
    </span>
  );
}
