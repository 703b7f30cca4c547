import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Id } from "../../components/copy.tsx";
import { DetailPage } from "../../components/detail-page.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { FullTime } from "../../components/time.tsx";
import { Card, Facts } from "../../components/ui/card.tsx";
import { call, type Output } from "../../lib/api/client.ts";
import { read } from "../../lib/api/queries.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { useMay } from "../session/session.ts";
import { describeThreshold } from "./describe-quorum.ts";

type Attachment = Output<"getAppKeyQuorum">["owner_of"][number];

const places: Record<Attachment["type"], readonly [noun: string, to: string, param: string]> = {
  wallet: ["Wallet", "/app/$appId/wallets/$walletId", "walletId"],
  policy: ["Policy", "/app/$appId/policies/$policyId", "policyId"],
  key_quorum: ["Key quorum", "/app/$appId/authorization-keys/$quorumId", "quorumId"],
};

export function KeyQuorumPage() {
  const { quorumId } = useParams({ strict: false }) as { quorumId: string };
  const mayDelete = useMay("developer");
  const params = { app_id: useAppId(), key_quorum_id: quorumId };
  const query = useQuery(read("getAppKeyQuorum", { params }));
  return (
    <DetailPage
      narrow
      title={query.data?.key_quorum.display_name || "Key quorum"}
      id={quorumId}
      idLabel="key quorum ID"
      list={{ to: "/app/$appId/authorization-keys", label: "Authorization keys" }}
      query={query}
      deletion={
        mayDelete && {
          title: "Delete this key quorum?",
          text: "Only a quorum that nothing refers to can be deleted, and the quorum itself has to sign it: a key that is held elsewhere deletes it with the SDK.",
          run: () => call("deleteAppKeyQuorum", { params }),
          changes: ["listAppKeyQuorums"],
        }
      }
    >
      {(detail) => (
        <>
          <Card title="Members">
            <div className="flex flex-col gap-4">
              <Facts
                items={[
                  ["Must sign", describeThreshold(detail.key_quorum)],
                  ["Created", <FullTime key="created" at={detail.created_at} />],
                ]}
              />
              <ul className="flex flex-col gap-1.5">
                {detail.key_quorum.authorization_keys.map((key) => (
                  <Member key={key.public_key} kind="Key" id={key.public_key} />
                ))}
                {detail.key_quorum.user_ids?.map((id) => (
                  <Member key={id} kind="User" id={id} />
                ))}
                {detail.key_quorum.key_quorum_ids?.map((id) => (
                  <Member key={id} kind="Quorum" id={id} />
                ))}
              </ul>
            </div>
          </Card>
          <Attachments title="Owner of" none="It owns nothing." items={detail.owner_of} />
          <Attachments
            title="Session signer of"
            none="No wallet has it as a session signer."
            items={detail.signer_of}
          />
          {detail.member_of.length > 0 && <Attachments title="Member of" none="" items={detail.member_of} />}
        </>
      )}
    </DetailPage>
  );
}

function Member({ kind, id }: { kind: string; id: string }) {
  return (
    <li className="flex items-start gap-3 text-sm">
      <span className="w-14 shrink-0 py-0.5 text-faint">{kind}</span>
      <Id value={id} label={kind.toLowerCase()} full />
    </li>
  );
}

export function Attachments({ title, none, items }: { title: string; none: string; items: readonly Attachment[] }) {
  const appId = useAppId();
  return (
    <Card title={title} flush>
      {items.length === 0 ? (
        <EmptyState icon="link" title={none} />
      ) : (
        <ul className="divide-y divide-line">
          {items.map(({ type, id }) => {
            const [noun, to, param] = places[type];
            return (
              <li key={`${type} ${id}`} className="flex items-center gap-3 px-4 py-2.5 text-sm">
                <span className="w-20 text-faint">{noun}</span>
                <Link
                  to={to}
                  params={{ appId, [param]: id } as never}
                  className="min-w-0 truncate text-accent-ink hover:underline"
                >
                  <code>{id}</code>
                </Link>
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}
