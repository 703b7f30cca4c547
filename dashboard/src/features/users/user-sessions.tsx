import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Id } from "../../components/copy.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Load } from "../../components/load.tsx";
import { Time } from "../../components/time.tsx";
import { notify } from "../../components/toast.tsx";
import { Button } from "../../components/ui/button.tsx";
import { Card } from "../../components/ui/card.tsx";
import { Confirm } from "../../components/ui/confirm.tsx";
import { call } from "../../lib/api/client.ts";
import { read, refresh } from "../../lib/api/queries.ts";
import { formatCount } from "../../lib/format.ts";
import { useAppId } from "../../lib/use-app-id.ts";
import { useMay } from "../session/session.ts";

/** Where the user is signed in. Ending a session ends what the user's browser can sign there, at once. */
export function UserSessions({ userId }: { userId: string }) {
  const params = { app_id: useAppId(), user_id: userId };
  const mayEnd = useMay("developer");
  const [ending, setEnding] = useState<string | "all">();
  const query = useQuery(read("listAppUserSessions", { params }));
  const end = async () => {
    if (ending === "all") {
      const { ended } = await call("endAppUserSessions", { params });
      notify(`${formatCount(ended, "session")} ended`);
    } else if (ending !== undefined) {
      await call("endAppUserSession", { params: { ...params, session_id: ending } });
      notify("Session ended");
    }
    await refresh("listAppUserSessions");
  };
  return (
    <Card
      title="Sessions"
      description="Where the user is signed in to your app."
      flush
      actions={
        mayEnd &&
        (query.data?.data.length ?? 0) > 1 && (
          <Button small onClick={() => setEnding("all")}>
            End all
          </Button>
        )
      }
    >
      <Load query={query}>
        {({ data }) =>
          data.length === 0 ? (
            <EmptyState icon="user" title="Not signed in">
              A session begins when the user signs in to your app here. Users of your own identity provider have theirs
              there.
            </EmptyState>
          ) : (
            <ul className="divide-y divide-line">
              {data.map((session) => (
                <li key={session.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 text-sm">
                  <span className="min-w-0 flex-1 basis-40">
                    Signed in <Time at={session.created_at} />
                  </span>
                  <span className="text-faint">
                    {session.refreshed_at === null ? (
                      "not used since"
                    ) : (
                      <>
                        used <Time at={session.refreshed_at} />
                      </>
                    )}
                  </span>
                  <span className="text-faint">
                    ends <Time at={session.expires_at} />
                  </span>
                  <Id value={session.id} label="session ID" />
                  {mayEnd && (
                    <Button small onClick={() => setEnding(session.id)}>
                      End
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Load>
      <Confirm
        open={ending !== undefined}
        onClose={() => setEnding(undefined)}
        onConfirm={end}
        title={ending === "all" ? "End all sessions of this user?" : "End this session?"}
        action={ending === "all" ? "End all" : "End session"}
      >
        The user has to sign in again there, and signs nothing until then. Session signers are not affected.
      </Confirm>
    </Card>
  );
}
