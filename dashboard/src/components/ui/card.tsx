import type { ReactNode } from "react";
import { cx } from "../../lib/cx.ts";

type CardProps = {
  title?: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
  flush?: boolean;
  className?: string;
};

/** A titled area of a page. `flush` lets a table reach its edges. */
export function Card({ title, description, actions, children, flush, className }: CardProps) {
  const hasHeader = title !== undefined || actions !== undefined;
  return (
    <section className={cx("min-w-0 rounded-lg border border-line bg-surface", className)}>
      {hasHeader && (
        <header
          className={cx(
            "flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-3.5",
            (flush || children === undefined) && "pb-3.5",
          )}
        >
          <div className="min-w-0 flex-1 basis-60">
            <h2 className="text-base font-semibold">{title}</h2>
            {description !== undefined && <p className="mt-0.5 text-sm text-muted">{description}</p>}
          </div>
          {actions !== undefined && <div className="flex flex-wrap gap-2">{actions}</div>}
        </header>
      )}
      {children !== undefined && (
        <div className={cx(!flush && "p-4", flush && hasHeader && "border-t border-line")}>{children}</div>
      )}
    </section>
  );
}

/** Name and value pairs. */
export function Facts({ items }: { items: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="grid gap-x-6 gap-y-3 sm:grid-cols-2">
      {items.map(([name, value]) => (
        <div key={name} className="min-w-0">
          <dt className="text-xs text-faint">{name}</dt>
          <dd className="mt-0.5 min-w-0 text-sm break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
