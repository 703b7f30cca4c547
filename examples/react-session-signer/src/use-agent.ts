import { useUser } from "@privy-io/react-auth";
import { useEffect, useRef, useState } from "react";
import { callServer } from "./app-api.ts";
import { readEvents } from "./read-events.ts";
import type { UserWallet } from "./wallet.ts";

export type Entry = { id: number; at: string; what: string; to: string; ether: string } & (
  | { outcome: "paid"; hash: string; block: string }
  | { outcome: "refused"; rule: string | null; because: string }
  | { outcome: "failed"; because: string }
);

export type Status = { acting: boolean; balance: string };

type Event = { type: "entry"; entry: Entry } | { type: "status"; status: Status };

const RECONNECT_MS = 2000;

/** Follows what the server does for this user, and sets it to work while it is a signer of the wallet. */
export function useAgent({ hasSigner }: UserWallet) {
  const { refreshUser } = useUser();
  const [connections, setConnections] = useState(0);
  const [entries, setEntries] = useState<Entry[]>([]);
  const [status, setStatus] = useState<Status>();
  const [error, setError] = useState<string>();

  useEffect(() => {
    const leaving = new AbortController();
    const follow = async () => {
      while (!leaving.signal.aborted) {
        try {
          const response = await callServer("GET", "/api/events", leaving.signal);
          setError(undefined);
          setConnections((count) => count + 1);
          // The server tells everything again, so this begins anew.
          setEntries([]);
          for await (const data of readEvents(response)) {
            const event = JSON.parse(data) as Event;
            if (event.type === "status") setStatus(event.status);
            else setEntries((before) => [event.entry, ...before]);
          }
        } catch (problem) {
          if (!leaving.signal.aborted) setError(messageOf(problem));
        }
        await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
      }
    };
    void follow();
    return () => leaving.abort();
  }, []);

  // Also after a new connection: the app's server may have been started anew, and have forgotten.
  useEffect(() => {
    if (!hasSigner || connections === 0) return;
    callServer("POST", "/api/agent").catch((problem) => setError(messageOf(problem)));
  }, [hasSigner, connections]);

  // It stops when it is refused for good. Perhaps the signer was removed elsewhere, on another device.
  const acting = status?.acting ?? false;
  const acted = useRef(false);
  useEffect(() => {
    if (acted.current && !acting) refreshUser().catch(() => undefined);
    acted.current = acting;
  }, [acting, refreshUser]);

  return { entries, status, error };
}

export function messageOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}
