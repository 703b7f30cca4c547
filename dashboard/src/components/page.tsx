import { type ReactNode, useEffect } from "react";
import { cx } from "../lib/cx.ts";

type PageProps = {
  title: string;
  /** Beside the title, such as an ID. */
  detail?: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  tabs?: ReactNode;
  above?: ReactNode;
  children: ReactNode;
  narrow?: boolean;
};

export function Page({ title, detail, description, actions, tabs, above, children, narrow }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Mandate`;
  }, [title]);
  return (
    <div className={cx("mx-auto w-full px-4 pt-5 pb-16 sm:px-6 lg:px-8", narrow ? "max-w-4xl" : "max-w-7xl")}>
      {above}
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 max-w-3xl">
          <h1 className="text-2xl font-semibold tracking-tight text-balance break-words">{title}</h1>
          {detail !== undefined && <div className="mt-1 text-sm text-muted">{detail}</div>}
          {description !== undefined && <p className="mt-1 text-base text-pretty text-muted">{description}</p>}
        </div>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {tabs !== undefined && <div className="mt-4 border-b border-line">{tabs}</div>}
      <div className="mt-5 flex min-w-0 flex-col gap-5">{children}</div>
    </div>
  );
}
