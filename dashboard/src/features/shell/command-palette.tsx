import { Dialog } from "@base-ui/react/dialog";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { type KeyboardEvent, useMemo, useState } from "react";
import { Icon, type IconName } from "../../components/ui/icon.tsx";
import { read } from "../../lib/api/queries.ts";
import { cx } from "../../lib/cx.ts";
import { shorten } from "../../lib/format.ts";
import { describeUser } from "../users/describe-user.ts";
import { useNavigation } from "./navigation.ts";
import { setTheme } from "./theme.ts";

type Entry = { key: string; label: string; detail?: string; icon: IconName; run: () => void };

/** Every place and act by typing: pages, apps, and what the current app has of that name. */
export function CommandPalette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState(0);
  const entries = useEntries(text.trim());
  const index = Math.min(chosen, Math.max(0, entries.length - 1));
  const run = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    onClose();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setChosen((index + step + entries.length) % Math.max(1, entries.length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(entries[index]);
    }
  };
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-50 bg-black/40 dark:bg-black/60" />
        <Dialog.Popup className="fixed top-[12dvh] left-1/2 z-60 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-xl border border-line bg-surface shadow-pop outline-none">
          <Dialog.Title className="sr-only">Search</Dialog.Title>
          <div className="flex items-center gap-2.5 border-b border-line px-4">
            <Icon name="search" className="text-faint" />
            <input
              role="combobox"
              aria-expanded="true"
              aria-controls="palette-list"
              aria-activedescendant={entries.length > 0 ? `palette-${index}` : undefined}
              aria-label="Search pages, users, wallets, keys and policies"
              placeholder="Search pages, users, wallets, keys, policies…"
              className="h-12 w-full bg-transparent text-base outline-none placeholder:text-faint"
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setChosen(0);
              }}
              onKeyDown={onKeyDown}
            />
          </div>
          <div id="palette-list" role="listbox" aria-label="Results" className="max-h-[50dvh] overflow-y-auto p-1.5">
            {entries.map((entry, position) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the input's
              // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus
              <div
                key={entry.key}
                id={`palette-${position}`}
                role="option"
                aria-selected={position === index}
                ref={position === index ? (element) => element?.scrollIntoView({ block: "nearest" }) : undefined}
                className={cx(
                  "flex h-9 items-center gap-2.5 rounded-md px-2.5 text-sm",
                  position === index && "bg-hover",
                )}
                onClick={() => run(entry)}
                onPointerMove={() => setChosen(position)}
              >
                <Icon name={entry.icon} className="text-muted" />
                <span className="min-w-0 flex-1 truncate">{entry.label}</span>
                {entry.detail !== undefined && <span className="truncate text-xs text-faint">{entry.detail}</span>}
              </div>
            ))}
          </div>
          {entries.length === 0 && <p className="px-4 pb-5 text-center text-sm text-muted">Nothing of that name</p>}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function useEntries(text: string): Entry[] {
  const navigate = useNavigate();
  const { appId } = useParams({ strict: false }) as { appId?: string };
  const navigation = useNavigation();
  const apps = useQuery(read("listApps", {})).data?.data;
  const isFinding = appId !== undefined && text.length >= 2;
  const asked = { params: { app_id: appId ?? "" }, query: { search: text, limit: "5" } };
  const users = useQuery({ ...read("listAppUsers", asked), enabled: isFinding }).data?.data;
  const wallets = useQuery({ ...read("listAppWallets", asked), enabled: isFinding }).data?.data;
  const policies = useQuery({ ...read("listAppPolicies", asked), enabled: isFinding }).data?.data;
  const keys = useQuery({ ...read("listAppKeyQuorums", asked), enabled: isFinding }).data?.data;
  return useMemo(() => {
    const go =
      (to: string, params: Record<string, string> = {}) =>
      () =>
        void navigate({ to, params });
    const matches = (label: string) => label.toLowerCase().includes(text.toLowerCase());
    const places = (appId === undefined ? [] : navigation).flatMap((group) =>
      group.items.map((item) => ({
        key: item.to,
        label: item.label,
        ...(group.label === undefined ? {} : { detail: group.label }),
        icon: item.icon,
        run: go(item.to, { appId: appId ?? "" }),
      })),
    );
    const inApp = appId ?? "";
    const parts: Entry[] =
      appId === undefined
        ? []
        : [
            {
              key: "condition sets",
              label: "Condition sets",
              detail: "Policies",
              icon: "policy",
              run: go("/app/$appId/policies/condition-sets", { appId: inApp }),
            },
            {
              key: "aggregations",
              label: "Aggregations",
              detail: "Policies",
              icon: "policy",
              run: go("/app/$appId/policies/aggregations", { appId: inApp }),
            },
          ];
    const acts: Entry[] = [
      { key: "apps", label: "All apps", icon: "apps", run: go("/app") },
      { key: "settings", label: "Settings", icon: "settings", run: go("/settings") },
      { key: "members", label: "Members", detail: "Settings", icon: "users", run: go("/settings/members") },
      { key: "light", label: "Light theme", icon: "sun", run: () => setTheme("light") },
      { key: "dark", label: "Dark theme", icon: "moon", run: () => setTheme("dark") },
    ];
    return [
      ...[...places, ...parts, ...acts].filter((entry) => matches(`${entry.detail ?? ""} ${entry.label}`)),
      ...(apps ?? [])
        .filter((app) => text !== "" && matches(`${app.name} ${app.id}`))
        .slice(0, 5)
        .map(
          (app): Entry => ({
            key: app.id,
            label: app.name,
            detail: "App",
            icon: "apps",
            run: go("/app/$appId", { appId: app.id }),
          }),
        ),
      ...(users ?? []).map(
        (user): Entry => ({
          key: user.id,
          label: describeUser(user),
          detail: "User",
          icon: "user",
          run: go("/app/$appId/users/$userId", { appId: inApp, userId: user.id }),
        }),
      ),
      ...(wallets ?? []).map(
        (wallet): Entry => ({
          key: wallet.id,
          label: shorten(wallet.address, 14, 10),
          detail: "Wallet",
          icon: "wallet",
          run: go("/app/$appId/wallets/$walletId", { appId: inApp, walletId: wallet.id }),
        }),
      ),
      ...(keys ?? []).map(
        ({ key_quorum: quorum }): Entry => ({
          key: quorum.id,
          label: quorum.display_name || quorum.id,
          detail: "Authorization key",
          icon: "key",
          run: go("/app/$appId/authorization-keys/$quorumId", { appId: inApp, quorumId: quorum.id }),
        }),
      ),
      ...(policies ?? []).map(
        ({ policy }): Entry => ({
          key: policy.id,
          label: policy.name,
          detail: "Policy",
          icon: "policy",
          run: go("/app/$appId/policies/$policyId", { appId: inApp, policyId: policy.id }),
        }),
      ),
    ];
  }, [text, appId, apps, users, wallets, keys, policies, navigation, navigate]);
}
