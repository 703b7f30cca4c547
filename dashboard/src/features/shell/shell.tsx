import { Dialog } from "@base-ui/react/dialog";
import { Outlet, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { IconButton } from "../../components/ui/button.tsx";
import { ReauthenticationDialog } from "../session/reauthentication-dialog.tsx";
import { Logo } from "./logo.tsx";
import { Sidebar } from "./sidebar.tsx";

const Toaster = lazy(() => import("../../components/toast.tsx").then((module) => ({ default: module.Toaster })));
const CommandPalette = lazy(() =>
  import("./command-palette.tsx").then((module) => ({ default: module.CommandPalette })),
);

/** What surrounds every page of those who are signed in. */
export function Shell() {
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const [isMenuOpen, setMenuOpen] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes when the place changes
  useEffect(() => setMenuOpen(false), [path]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setPaletteOpen((isOpen) => !isOpen);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const search = () => {
    setMenuOpen(false);
    setPaletteOpen(true);
  };
  return (
    <div className="min-h-dvh lg:pl-60">
      <a
        href="#main"
        className="sr-only z-70 rounded-md bg-accent px-3 py-2 text-sm text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <aside aria-label="Sidebar" className="fixed inset-y-0 left-0 hidden w-60 border-r border-line lg:block">
        <Sidebar onSearch={search} />
      </aside>
      <header className="sticky top-0 z-30 flex h-12 items-center gap-2 border-b border-line bg-canvas px-3 lg:hidden">
        <IconButton icon="menu" label="Open menu" onClick={() => setMenuOpen(true)} />
        <Logo />
        <IconButton icon="search" label="Search" onClick={search} className="ml-auto" />
      </header>
      <Dialog.Root open={isMenuOpen} onOpenChange={setMenuOpen}>
        <Dialog.Portal>
          <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/40" />
          <Dialog.Popup
            aria-label="Menu"
            className="fixed inset-y-0 left-0 z-50 w-72 max-w-[85vw] border-r border-line shadow-pop outline-none"
          >
            <Sidebar onSearch={search} />
          </Dialog.Popup>
        </Dialog.Portal>
      </Dialog.Root>
      <main id="main" tabIndex={-1} className="min-w-0 outline-none">
        <Outlet />
      </main>
      <Suspense>{isPaletteOpen && <CommandPalette onClose={() => setPaletteOpen(false)} />}</Suspense>
      <ReauthenticationDialog />
      <Suspense>
        <Toaster />
      </Suspense>
    </div>
  );
}
