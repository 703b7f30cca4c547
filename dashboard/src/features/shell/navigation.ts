import type { IconName } from "../../components/ui/icon.tsx";

export type NavigationItem = { label: string; to: string; icon: IconName };
export type NavigationGroup = { label?: string; items: readonly NavigationItem[] };

/** The names that tutorials use, in the places where they say. */
export const navigation: readonly NavigationGroup[] = [
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
    ],
  },
  { items: [{ label: "App settings", to: "/app/$appId/settings", icon: "settings" }] },
];
