import type { ReactNode } from "react";
import { Icon, type IconName } from "./ui/icon.tsx";

type EmptyStateProps = { icon: IconName; title: string; children?: ReactNode; action?: ReactNode };

/** Where nothing is yet: what would be here, and how to get it. */
export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center px-6 py-12 text-center">
      <span className="flex size-10 items-center justify-center rounded-lg border border-line bg-canvas text-muted">
        <Icon name={icon} className="size-5" />
      </span>
      <h2 className="mt-3 text-base font-semibold">{title}</h2>
      {children !== undefined && <div className="mt-1 text-sm text-balance text-muted">{children}</div>}
      {action !== undefined && <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
