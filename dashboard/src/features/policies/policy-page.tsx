import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { BackLink } from "../../components/back-link.tsx";
import { JsonBlock } from "../../components/code-block.tsx";
import { Id } from "../../components/copy.tsx";
import { Load } from "../../components/load.tsx";
import { Page } from "../../components/page.tsx";
import { FullTime } from "../../components/time.tsx";
import { Button, buttonClass } from "../../components/ui/button.tsx";
import { Card, Facts } from "../../components/ui/card.tsx";
import { Confirm } from "../../components/ui/confirm.tsx";
import { call } from "../../lib/api/client.ts";
import { read, refresh } from "../../lib/api/queries.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { Attachments } from "../authorization-keys/key-quorum-page.tsx";
import { useMay } from "../session/session.ts";
import { nameChainType } from "../wallets/chain-types.ts";
import { createBodyOf, draftOf } from "./model/draft.ts";
import { Findings, Reading } from "./reading.tsx";
import { Simulator } from "./simulator.tsx";

export function PolicyPage() {
  const appId = useAppId();
  const navigate = useNavigate();
  const { policyId } = useParams({ strict: false }) as { policyId: string };
  const mayChange = useMay("developer");
  const [isDeleting, setDeleting] = useState(false);
  const params = { app_id: appId, policy_id: policyId };
  const query = useQuery(read("getAppPolicy", { params }));
  const remove = async () => {
    await call("deleteAppPolicy", { params });
    await refresh("listAppPolicies");
    await navigate({ to: "/app/$appId/policies", params: { appId } });
  };
  return (
    <Page
      narrow
      title={query.data?.policy.name ?? "Policy"}
      detail={<Id value={policyId} label="policy ID" full />}
      above={
        <BackLink to="/app/$appId/policies" params={{ appId }}>
          Policies
        </BackLink>
      }
      actions={
        mayChange &&
        !query.isError && (
          <>
            <Button icon="trash" onClick={() => setDeleting(true)}>
              Delete
            </Button>
            <Link
              to="/app/$appId/policies/$policyId/edit"
              params={{ appId, policyId }}
              className={buttonClass("primary")}
            >
              Edit
            </Link>
          </>
        )
      }
    >
      <Load query={query}>
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
      </Load>
      <Confirm
        open={isDeleting}
        onClose={() => setDeleting(false)}
        onConfirm={remove}
        title="Delete this policy?"
        action="Delete"
      >
        Only a policy that nothing refers to can be deleted. If it has an owner, the owner deletes it with the SDK.
      </Confirm>
    </Page>
  );
}
