import { Link } from "@tanstack/react-router";
import { Icon } from "./ui/icon.tsx";

export function BackLink({ to, params, children }: { to: string; params: Record<string, string>; children: string }) {
  return (
    <Link
      to={to}
      params={params as never}
      className="mb-2 inline-flex items-center gap-1 rounded text-sm text-muted hover:text-ink"
    >
      <Icon name="chevronLeft" />
      {children}
    </Link>
  );
}
