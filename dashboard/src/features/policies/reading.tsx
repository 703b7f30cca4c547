import { Badge } from "../../components/ui/badge.tsx";
import { Icon } from "../../components/ui/icon.tsx";
import { cx } from "../../lib/cx.ts";
import { describePolicy } from "./model/describe.ts";
import type { Draft } from "./model/draft.ts";
import { type Finding, lintPolicy } from "./model/lint.ts";

/** The policy in plain words. */
export function Reading({ draft }: { draft: Draft }) {
  return (
    <ul className="flex flex-col gap-1.5 text-sm">
      {describePolicy(draft.rules).map((sentence) => (
        <li key={sentence} className="flex gap-2 break-words">
          <span aria-hidden="true" className="mt-2 size-1 shrink-0 rounded-full bg-faint" />
          <span className="min-w-0">{sentence}</span>
        </li>
      ))}
    </ul>
  );
}

/** What the signer would refuse, and below it what it would take though it is rarely meant. */
export function Findings({ draft, problems }: { draft: Draft; problems: readonly string[] }) {
  const findings = lintPolicy(draft);
  if (problems.length === 0 && findings.length === 0) {
    return (
      <p className="flex items-center gap-2 text-sm text-good">
        <Icon name="check" /> Nothing stands out
      </p>
    );
  }
  return (
    <ul className="flex flex-col gap-2" aria-label="Findings">
      {problems.map((problem) => (
        <Line key={problem} tone="bad" title="Not valid" text={problem} />
      ))}
      {findings.map((finding) => (
        <Line
          key={`${finding.code} ${finding.rule}`}
          tone={finding.severity === "danger" ? "bad" : "warn"}
          title={nameRule(draft, finding)}
          text={finding.text}
        />
      ))}
    </ul>
  );
}

function nameRule(draft: Draft, { rule }: Finding): string {
  return rule === undefined ? "Policy" : draft.rules[rule]?.name || `Rule ${rule + 1}`;
}

function Line({ tone, title, text }: { tone: "bad" | "warn"; title: string; text: string }) {
  return (
    <li
      className={cx("rounded-md px-3 py-2 text-sm", tone === "bad" ? "bg-bad-soft text-bad" : "bg-warn-soft text-warn")}
    >
      <span className="font-medium">{title}: </span>
      {text}
    </li>
  );
}

export function ActionBadge({ action }: { action: string }) {
  return <Badge tone={action === "ALLOW" ? "good" : "bad"}>{action}</Badge>;
}
