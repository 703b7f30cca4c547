import { useQuery } from "@tanstack/react-query";
import { ErrorNote } from "../../components/error-panel.tsx";
import { Load } from "../../components/load.tsx";
import { Time } from "../../components/time.tsx";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { call } from "../../lib/api/client.ts";
import { read, refresh } from "../../lib/api/queries.ts";
import { useAct } from "../../lib/use-act.ts";
import { signOut } from "../session/session.ts";
import { SettingsPage } from "./settings-page.tsx";

export function SessionsPage() {
  const sessions = useQuery(read("listTeamSessions", {}));
  const act = useAct();
  const revoke = (id: string) =>
    act.run(async () => {
      await call("revokeTeamSession", { params: { session_id: id } });
      await refresh("listTeamSessions");
    });
  return (
    <SettingsPage>
      <Card title="Your sessions" description="Browsers in which you are signed in." flush>
        {act.error !== undefined && <ErrorNote error={act.error} className="m-3" />}
        <Load query={sessions}>
          {({ data }) => (
            <ul className="divide-y divide-line">
              {data.map((session) => (
                <li key={session.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-sm">
                  <div className="min-w-0 flex-1 basis-52">
                    <div className="truncate">
                      {describeBrowser(session.user_agent)} {session.current && <Badge tone="accent">This one</Badge>}
                    </div>
                    <div className="text-faint">
                      {session.remote_address}, signed in with {session.signed_in_with}{" "}
                      <Time at={session.signed_in_at} />
                    </div>
                  </div>
                  <span className="text-faint">
                    seen <Time at={session.last_seen_at} />
                  </span>
                  <Button small onClick={() => (session.current ? void signOut() : void revoke(session.id))}>
                    {session.current ? "Sign out" : "Revoke"}
                  </Button>
                </li>
              ))}
            </ul>
          )}
        </Load>
      </Card>
    </SettingsPage>
  );
}

const browsers = [
  ["Edg/", "Edge"],
  ["Firefox/", "Firefox"],
  ["Chrome/", "Chrome"],
  ["Safari/", "Safari"],
] as const;
const systems = ["Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux"] as const;

/** Browser and system, as far as the browser says. */
function describeBrowser(userAgent: string): string {
  const browser = browsers.find(([mark]) => userAgent.includes(mark))?.[1] ?? "Unknown browser";
  const system = systems.find((name) => userAgent.includes(name));
  return system === undefined ? browser : `${browser} on ${system.replace("Mac OS", "macOS")}`;
}
