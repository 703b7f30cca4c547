import { useParams } from "@tanstack/react-router";

/** The app that the address names. Only for pages below `/app/{id}`. */
export function useAppId(): string {
  return (useParams({ strict: false }) as { appId?: string }).appId ?? "";
}
