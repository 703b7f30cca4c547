import { useQuery } from "@tanstack/react-query";
import type { IconName } from "../../components/ui/icon.tsx";
import { read } from "../../lib/api/queries.ts";
import { useMay } from "../session/session.ts";

export type NavigationItem = { label: string; to: string; icon: IconName };
export type NavigationGroup = { label?: string; items: readonly NavigationItem[] };

const inbox = "/app/$appId/inbox";

/** The names that tutorials use, in the places where they say. */
const navigation: readonly NavigationGroup[] = [
  {
    items: [
      { label: "Overview", to: "/app/$appId", icon: "home" },
      { label: "Connect", to: "/app/$appId/connect", icon: "code" },
    ],
  },
  {
    label: "User management",
    items: [
      { label: "Users", to: "/app/$appId/users", icon: "users" },
      { label: "Authentication", to: "/app/$appId/authentication", icon: "shield" },
    ],
  },
  {
    label: "Wallet infrastructure",
    items: [
      { label: "Wallets", to: "/app/$appId/wallets", icon: "wallet" },
      { label: "Authorization keys", to: "/app/$appId/authorization-keys", icon: "key" },
      { label: "Policies", to: "/app/$appId/policies", icon: "policy" },
    ],
  },
  {
    label: "Monitoring",
    items: [
      { label: "Activity", to: "/app/$appId/activity", icon: "activity" },
      { label: "Logs", to: "/app/$appId/logs", icon: "logs" },
      { label: "Inbox", to: inbox, icon: "inbox" },
    ],
  },
  { items: [{ label: "App settings", to: "/app/$appId/settings", icon: "settings" }] },
];

/** The inbox is for those who may read it, where the server keeps its mail instead of sending it. */
export function useNavigation(): readonly NavigationGroup[] {
  const isKept = useQuery({ ...read("getStatus", {}), staleTime: Number.POSITIVE_INFINITY }).data?.mail === "inbox";
  const isShown = useMay("developer") && isKept;
  return isShown
    ? navigation
    : navigation.map((group) => ({ ...group, items: group.items.filter(({ to }) => to !== inbox) }));
}
