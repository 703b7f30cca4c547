import { Link, useParams } from "@tanstack/react-router";
import { Icon } from "../../components/ui/icon.tsx";
import { cx } from "../../lib/cx.ts";
import { AccountMenu } from "./account-menu.tsx";
import { AppSwitcher } from "./app-switcher.tsx";
import { Logo } from "./logo.tsx";
import { useNavigation } from "./navigation.ts";

const itemClass = cx(
  "flex h-8 items-center gap-2.5 rounded-md px-2.5 text-sm text-muted hover:bg-hover hover:text-ink",
  "aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-ink",
);

export function Sidebar({ onSearch }: { onSearch: () => void }) {
  const { appId } = useParams({ strict: false }) as { appId?: string };
  const navigation = useNavigation();
  return (
    <div className="flex h-full flex-col gap-3 bg-sidebar px-3 py-3">
      <Link to="/app" aria-label="Mandate, all apps" className="self-start rounded px-1.5 py-1">
        <Logo />
      </Link>
      <AppSwitcher appId={appId} />
      <button
        type="button"
        onClick={onSearch}
        className="flex h-8 items-center gap-2 rounded-md border border-line bg-surface px-2.5 text-sm text-faint hover:bg-hover"
      >
        <Icon name="search" />
        <span className="flex-1 text-left">Search</span>
        <kbd className="rounded border border-line px-1 text-xs">{shortcut}</kbd>
      </button>
      <nav aria-label="Main" className="-mx-1 flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-1 pt-1">
        {appId !== undefined &&
          navigation.map((group) => (
            <div key={group.items[0]?.to}>
              {group.label !== undefined && (
                <h2 className="px-2.5 pb-1 text-xs font-medium text-faint">{group.label}</h2>
              )}
              <ul className="flex flex-col gap-0.5">
                {group.items.map((item) => (
                  <li key={item.to}>
                    <Link
                      to={item.to}
                      params={{ appId }}
                      activeOptions={{ exact: item.to === "/app/$appId", includeSearch: false }}
                      className={itemClass}
                    >
                      <Icon name={item.icon} />
                      {item.label}
                    </Link>
                  </li>
                ))}
              </ul>
            </div>
          ))}
      </nav>
      <div className="border-t border-line pt-2">
        <Link to="/settings" className={itemClass} activeOptions={{ includeSearch: false }}>
          <Icon name="users" />
          Settings
        </Link>
        <AccountMenu />
      </div>
    </div>
  );
}

export const shortcut = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘K" : "Ctrl K";
