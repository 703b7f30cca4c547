import type { ReactNode } from "react";
import { cx } from "../../lib/cx.ts";

export type Tone = "neutral" | "good" | "bad" | "warn" | "accent";

const tones: Record<Tone, string> = {
  neutral: "bg-hover text-muted",
  good: "bg-good-soft text-good",
  bad: "bg-bad-soft text-bad",
  warn: "bg-warn-soft text-warn",
  accent: "bg-accent-soft text-accent-ink",
};

export function Badge({ tone = "neutral", children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={cx("inline-flex h-5 items-center rounded px-1.5 text-xs font-medium whitespace-nowrap", tones[tone])}
    >
      {children}
    </span>
  );
}
