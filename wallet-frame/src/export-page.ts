import "./export-page.css";
import { createWalletExport, type Exported, type WalletExport } from "./export-wallet.ts";
import { FrameError } from "./message.ts";
import { isAllowedOrigin, readPageSettings } from "./page-settings.ts";

/**
 * The page at `/apps/{id}/embedded-wallets/export`. The app's page frames it and never sees what it shows: the key is
 * decrypted here, shown after a click, and gone when it is hidden, when a minute has passed, or when the page is left.
 */
const SHOWN_MS = 60_000;

const settings = readPageSettings(document.documentElement, location.origin);
const query = new URLSearchParams(location.search);
const accessToken = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
// The token opens the user's session: it stays in this variable and out of the address.
history.replaceState(null, "", location.pathname + location.search);

const scheme = query.get("colorScheme");
if (scheme === "dark" || scheme === "light") document.documentElement.dataset.scheme = scheme;

function createExport(): WalletExport {
  return createWalletExport({
    appId: settings.appId,
    origin: location.origin,
    origins: settings.origins,
    fetch: fetch.bind(globalThis),
    subtle: crypto.subtle,
    nowMs: () => Date.now(),
    accessToken,
    walletId: query.get("wallet_id") ?? "",
  });
}

if (query.get("mode") === "client-export") answerClient();
else showButtons(document.querySelector("main")!);

/** The SDK's programmatic export: the app's page names a key of its own and gets the wallet's key encrypted to it. */
function answerClient(): void {
  window.addEventListener("message", async ({ source, origin, data }) => {
    if (source !== window.parent || window.parent === window || !isAllowedOrigin(origin, settings.allowedOrigins))
      return;
    if (typeof data !== "object" || data === null || data.type !== "CLIENT_EXPORT_REQUEST") return;
    let reply: object;
    try {
      reply = { type: "CLIENT_EXPORT_RESPONSE", ...(await createExport().sealTo(String(data.recipientPublicKey))) };
    } catch (error) {
      reply = { type: "CLIENT_EXPORT_ERROR", error: describeError(error) };
    }
    window.parent.postMessage(reply, origin);
  });
}

function showButtons(main: HTMLElement): void {
  const status = element("p", { role: "status", className: "visually-hidden" });
  const row = element("div", { className: "row" });
  main.append(row, status);
  let wallet: WalletExport | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const choices: [Exported, string][] = [["private_key", "Reveal private key"]];
  // The SDK asks for it where a wallet can have one; the server says whether this one has.
  if (query.get("phrase_export") === "true") choices.push(["seed_phrase", "Reveal seed phrase"]);

  function hide(): void {
    clearTimeout(timer);
    row.replaceChildren(...choices.map(([what, label]) => button(label, () => reveal(what))));
    status.textContent = "";
  }

  async function reveal(what: Exported): Promise<void> {
    for (const one of row.querySelectorAll("button")) one.disabled = true;
    status.textContent = "Asking for the key";
    try {
      wallet ??= createExport();
      show(await wallet.reveal(what), what === "private_key" ? "Private key" : "Seed phrase");
    } catch (error) {
      const alert = element("p", { role: "alert", className: "alert" });
      alert.textContent = describeError(error);
      row.replaceChildren(alert, button("Back", hide));
    }
  }

  function show(secret: string, label: string): void {
    const field = element("output", { className: "secret" });
    field.setAttribute("aria-label", label);
    field.tabIndex = 0;
    field.textContent = secret;
    const copy = button("Copy", async () => {
      copy.textContent = (await copyText(field)) ? "Copied" : "Press Ctrl-C";
      status.textContent =
        copy.textContent === "Copied" ? `${label} copied` : "Copying was refused; the text is selected";
    });
    row.replaceChildren(field, copy, button("Hide", hide));
    status.textContent = `${label} shown for a minute`;
    field.focus();
    timer = setTimeout(hide, SHOWN_MS);
  }

  // Also before the page goes into the browser's cache of pages, from which it can come back.
  window.addEventListener("pagehide", () => {
    wallet = undefined;
    hide();
  });
  hide();
}

/** False where the browser refuses the clipboard; the text is then selected for the user to copy. */
async function copyText(field: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(field.textContent ?? "");
    return true;
  } catch {
    getSelection()?.selectAllChildren(field);
    return false;
  }
}

function button(label: string, act: () => void): HTMLButtonElement {
  const made = element("button", { type: "button" });
  made.textContent = label;
  made.addEventListener("click", () => act());
  return made;
}

function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  { role, className, ...more }: { role?: string; className?: string; type?: "button" },
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (role !== undefined) made.setAttribute("role", role);
  if (className !== undefined) made.className = className;
  return Object.assign(made, more);
}

function describeError(error: unknown): string {
  return error instanceof FrameError ? error.message : "the export failed; nothing was shown";
}
