import type { ReactNode } from "react";
import { Page } from "../../components/page.tsx";
import { LinkTabs } from "../../components/ui/tabs.tsx";
import { useMay } from "../session/session.ts";

export function SettingsPage({ children }: { children: ReactNode }) {
  const isAdmin = useMay("admin");
  const tabs = [
    { label: "Account", to: "/settings", params: {} },
    { label: "Members", to: "/settings/members", params: {} },
    { label: "Sessions", to: "/settings/sessions", params: {} },
    ...(isAdmin ? [{ label: "Audit", to: "/settings/audit", params: {} }] : []),
    { label: "Server", to: "/settings/server", params: {} },
  ];
  return (
    <Page narrow title="Settings" tabs={<LinkTabs label="Settings" tabs={tabs} />}>
      {children}
    </Page>
  );
}
