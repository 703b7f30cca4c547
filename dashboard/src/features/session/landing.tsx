import type { ReactNode } from "react";
import { Logo } from "../shell/logo.tsx";

/** The frame of pages for those who are not signed in. */
export function Landing({
  title,
  description,
  children,
}: {
  title: string;
  description?: string;
  children: ReactNode;
}) {
  return (
    <main className="flex min-h-dvh items-center justify-center px-4 py-12">
      <div className="w-full max-w-sm">
        <Logo />
        <h1 className="mt-6 text-2xl font-semibold tracking-tight">{title}</h1>
        {description !== undefined && <p className="mt-1 text-base text-muted">{description}</p>}
        <div className="mt-5 rounded-xl border border-line bg-surface p-5">{children}</div>
      </div>
    </main>
  );
}
