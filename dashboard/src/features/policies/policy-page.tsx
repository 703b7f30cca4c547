import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { JsonBlock } from "../../components/code-block.tsx";
import { Id } from "../../components/copy.tsx";
import { DetailPage } from "../../components/detail-page.tsx";
import { FullTime } from "../../components/time.tsx";
import { buttonClass } from "../../components/ui/button.tsx";
import { Card, Facts } from "../../components/ui/card.tsx";
import { call } from "../../lib/api/client.ts";
import { read } from "../../lib/api/queries.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { Attachments } from "../authorization-keys/key-quorum-page.tsx";
import { useMay } from "../session/session.ts";
import { nameChainType } from "../wallets/chain-types.ts";
import { createBodyOf, draftOf } from "./model/draft.ts";
import { Findings, Reading } from "./reading.tsx";
import { Simulator } from "./simulator.tsx";

export function PolicyPage() {
  const appId = useAppId();
  const { policyId } = useParams({ strict: false }) as { policyId: string };
  const mayChange = useMay("developer");
  const params = { app_id: appId, policy_id: policyId };
  const query = useQuery(read("getAppPolicy", { params }));
  return (
    <DetailPage
      narrow
      title={query.data?.policy.name ?? "Policy"}
      id={policyId}
      idLabel="policy ID"
      list={{ to: "/app/$appId/policies", label: "Policies" }}
      query={query}
      actions={
        mayChange && (
          <Link
            to="/app/$appId/policies/$policyId/edit"
            params={{ appId, policyId }}
            className={buttonClass("primary")}
          >
            Edit
          </Link>
        )
      }
      deletion={
        mayChange && {
          title: "Delete this policy?",
          text: "Only a policy that nothing refers to can be deleted. If it has an owner, the owner deletes it with the SDK.",
          run: () => call("deleteAppPolicy", { params }),
          changes: ["listAppPolicies"],
        }
      }
    >
      {({ policy, attached_to: count, attachments }) => {
        const draft = draftOf(policy);
        return (
          <>
            <Card title="In plain words">
              <div className="flex flex-col gap-4">
                <Reading draft={draft} />
                <Findings draft={draft} problems={[]} />
                <Facts
                  items={[
                    ["Chain type", nameChainType(policy.chain_type)],
                    [
                      "Owner",
                      policy.owner_id === null ? (
                        "none: the app's secret may change it"
                      ) : (
                        <Id key="owner" value={policy.owner_id} label="owner ID" full />
                      ),
                    ],
                    ["Created", <FullTime key="created" at={policy.created_at} />],
                    ["Attached to", count >= 1000 ? "1,000 or more" : String(count)],
                  ]}
                />
              </div>
            </Card>
            <Attachments title="Attached to" none="No wallet and no session signer has it." items={attachments} />
            <Card
              title="Simulate a request"
              description="By the evaluator that the signer has. Nothing is signed or recorded."
            >
              <Simulator policy={policy} />
            </Card>
            <Card title="JSON">
              <JsonBlock value={createBodyOf(draft)} label="Policy as JSON" />
            </Card>
          </>
        );
      }}
    </DetailPage>
  );
}
