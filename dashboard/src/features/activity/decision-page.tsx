import type { RuleTrace } from "@mandate/core/policy/decision";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { BackLink } from "../../components/back-link.tsx";
import { JsonBlock } from "../../components/code-block.tsx";
import { Id } from "../../components/copy.tsx";
import { Load } from "../../components/load.tsx";
import { Page } from "../../components/page.tsx";
import { FullTime } from "../../components/time.tsx";
import { Card, Facts } from "../../components/ui/card.tsx";
import { read } from "../../lib/api/queries.ts";
import type { ActivityEntry } from "../../lib/api/types.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { DecisionBadge, describeReason } from "./decision-badge.tsx";
import { Trace } from "./trace.tsx";

export function DecisionPage() {
  const appId = useAppId();
  const { receiptId } = useParams({ strict: false }) as { receiptId: string };
  const query = useQuery(read("getActivity", { params: { app_id: appId, receipt_id: receiptId } }));
  const entry = query.data?.entry;
  return (
    <Page
      narrow
      title={
        entry === undefined ? "Decision" : `${entry.decision === "ALLOW" ? "Allowed" : "Refused"}: ${entry.operation}`
      }
      detail={<Id value={receiptId} label="receipt ID" full />}
      above={
        <BackLink to="/app/$appId/activity" params={{ appId }}>
          Activity
        </BackLink>
      }
    >
      <Load query={query}>
        {({ entry, receipt }) => (
          <>
            <Card title="What was decided">
              <Facts items={factsOf(entry, appId)} />
            </Card>
            <TraceCard receipt={receipt} entry={entry} />
            <Card title="Receipt" description="The signer's sealed statement, stored before anything left.">
              <JsonBlock value={receipt} label="Receipt" />
            </Card>
          </>
        )}
      </Load>
    </Page>
  );
}

const none = <span className="text-faint">none</span>;

function factsOf(entry: ActivityEntry, appId: string) {
  const link = (to: string, name: string, id: string | null) =>
    id === null ? (
      none
    ) : (
      <Link to={to} params={{ appId, [name]: id } as never} className="text-accent-ink hover:underline">
        <code className="break-all">{id}</code>
      </Link>
    );
  return [
    ["Decision", <DecisionBadge key="decision" decision={entry.decision} />],
    ["Reason", describeReason(entry.reason) || none],
    ["Request", <code key="request" className="break-all">{`${entry.method} ${entry.path}`}</code>],
    ["When", <FullTime key="when" at={entry.created_at} />],
    ["Wallet", link("/app/$appId/wallets/$walletId", "walletId", entry.wallet_id)],
    ["Signer", link("/app/$appId/authorization-keys/$quorumId", "quorumId", entry.signer_id)],
    ["Policy", link("/app/$appId/policies/$policyId", "policyId", entry.policy_id)],
    [
      "Transaction",
      entry.transaction_hash === null ? (
        none
      ) : (
        <Id key="hash" value={entry.transaction_hash} label="transaction hash" full />
      ),
    ],
  ] as const;
}

function TraceCard({ receipt, entry }: { receipt: Record<string, unknown>; entry: ActivityEntry }) {
  const rules = findRules(receipt);
  if (rules === undefined) return null;
  return (
    <Card title="Rules" description="Every rule of the policy, as the evaluator saw this request.">
      <Trace rules={rules} decidedBy={entry.rule_id ?? undefined} />
    </Card>
  );
}

/** The trace lies in the statement's `policy`, which itself may lie in the record's `body`. */
function findRules(receipt: Record<string, unknown>): RuleTrace[] | undefined {
  const body = (receipt.body ?? receipt) as { policy?: { rules?: unknown } | null };
  const rules = body.policy?.rules;
  return Array.isArray(rules) ? (rules as RuleTrace[]) : undefined;
}
