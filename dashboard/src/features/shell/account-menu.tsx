import { useNavigate } from "@tanstack/react-router";
import { Icon } from "../../components/ui/icon.tsx";
import { roleNames, signOut, useSession } from "../session/session.ts";
import { Menu } from "./menu.tsx";
import { setTheme, type Theme, useTheme } from "./theme.ts";

const themes = [
  { theme: "system", label: "Same as system", icon: "monitor" },
  { theme: "light", label: "Light", icon: "sun" },
  { theme: "dark", label: "Dark", icon: "moon" },
] as const satisfies readonly { theme: Theme; label: string; icon: string }[];

export function AccountMenu() {
  const { member } = useSession();
  const theme = useTheme();
  const navigate = useNavigate();
  const trigger = (
    <button
      type="button"
      className="flex h-9 w-full min-w-0 items-center gap-2 rounded-md px-2.5 text-left text-sm hover:bg-hover"
    >
      <Icon name="user" className="text-muted" />
      <span className="min-w-0 flex-1 truncate">{member.name}</span>
      <span className="text-xs text-faint">{roleNames[member.role]}</span>
    </button>
  );
  return (
    <Menu
      trigger={trigger}
      header={
        <>
          <div className="truncate text-sm font-medium">{member.name}</div>
          <div className="truncate text-xs text-faint">{member.email ?? roleNames[member.role]}</div>
        </>
      }
      groups={[
        themes.map((entry) => ({ ...entry, isChosen: entry.theme === theme, onSelect: () => setTheme(entry.theme) })),
        [
          { label: "Settings", icon: "settings", onSelect: () => void navigate({ to: "/settings" }) },
          { label: "Sign out", icon: "signOut", onSelect: () => void signOut() },
        ],
      ]}
    />
  );
}
