/** What the server writes into the page: `data-` attributes of its root element. */
export type PageSettings = { appId: string; allowedOrigins: string[]; origins: string[] };

export function readPageSettings(root: HTMLElement, ownOrigin: string): PageSettings {
  const list = (text: string | undefined) => (text ?? "").split(" ").filter((origin) => origin !== "");
  const origins = list(root.dataset.origins);
  return {
    appId: root.dataset.appId ?? "",
    allowedOrigins: list(root.dataset.allowedOrigins),
    origins: origins.includes(ownOrigin) ? origins : [ownOrigin, ...origins],
  };
}

/**
 * Whether a page of this origin may speak to the frame: one of the app's allowed origins, where a leading `*.` in the
 * host stands for exactly one label (spec client-wire §2).
 */
export function isAllowedOrigin(origin: string, allowedOrigins: readonly string[]): boolean {
  return allowedOrigins.some((allowed) => {
    if (allowed === origin) return true;
    const wildcard = /^(https?:\/\/)\*(\..+)$/.exec(allowed);
    if (wildcard === null) return false;
    const [, scheme, rest] = wildcard as unknown as [string, string, string];
    if (!origin.startsWith(scheme) || !origin.endsWith(rest)) return false;
    const label = origin.slice(scheme.length, origin.length - rest.length);
    return /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i.test(label);
  });
}
