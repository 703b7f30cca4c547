import type { ReactNode } from "react";

/** A sentence about how things stand; read out when it appears. */
export function Notice({ tone = "plain", children }: { tone?: "plain" | "bad"; children: ReactNode }) {
  return (
    <p className={`notice ${tone}`} role={tone === "bad" ? "alert" : "status"}>
      {children}
    </p>
  );
}
