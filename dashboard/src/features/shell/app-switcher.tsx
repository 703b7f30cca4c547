import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Icon } from "../../components/ui/icon.tsx";
import { read } from "../../lib/api/queries.ts";
import { Menu } from "./menu.tsx";

export function AppSwitcher({ appId }: { appId: string | undefined }) {
  const apps = useQuery(read("listApps", {})).data?.data ?? [];
  const navigate = useNavigate();
  const current = apps.find((app) => app.id === appId);
  const trigger = (
    <button
      type="button"
      className="flex h-9 w-full min-w-0 items-center gap-2 rounded-md border border-line bg-surface px-2.5 text-left text-sm hover:bg-hover"
    >
      <span className="flex size-5 shrink-0 items-center justify-center rounded bg-accent-soft text-xs font-semibold text-accent-ink">
        {(current?.name ?? "Mandate").slice(0, 1).toUpperCase()}
      </span>
      <span className="min-w-0 flex-1 truncate font-medium">{current?.name ?? "Choose an app"}</span>
      <Icon name="chevronDown" className="text-faint" />
    </button>
  );
  return (
    <Menu
      trigger={trigger}
      groups={[
        apps.slice(0, 50).map((app) => ({
          label: app.name,
          isChosen: app.id === appId,
          onSelect: () => void navigate({ to: "/app/$appId", params: { appId: app.id } }),
        })),
        [
          { label: "All apps", icon: "apps", onSelect: () => void navigate({ to: "/app" }) },
          {
            label: "Create app",
            icon: "plus",
            onSelect: () => void navigate({ to: "/app", search: { create: true } }),
          },
        ],
      ]}
    />
  );
}
