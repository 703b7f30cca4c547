import { AlertDialog } from "@base-ui/react/alert-dialog";
import { type ReactNode, useState } from "react";
import { ErrorNote } from "../error-panel.tsx";
import { Button } from "./button.tsx";
import { BareInput } from "./field.tsx";

type ConfirmProps = {
  open: boolean;
  onClose: () => void;
  onConfirm: () => Promise<unknown> | unknown;
  title: string;
  children: ReactNode;
  action: string;
  /** What has to be typed first, for what cannot be undone. */
  typed?: string;
  safe?: boolean;
};

/** Asks before something is lost. It stays open, with the reason, when the act fails. */
export function Confirm({ open, onClose, onConfirm, title, children, action, typed, safe }: ConfirmProps) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const close = () => {
    setText("");
    setError(undefined);
    onClose();
  };
  const confirm = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      close();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && close()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="fixed inset-0 z-50 bg-black/40 dark:bg-black/60" />
        <AlertDialog.Popup className="fixed top-1/2 left-1/2 z-60 w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 rounded-xl border border-line bg-surface p-5 shadow-pop outline-none">
          <AlertDialog.Title className="text-lg font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description render={<div />} className="mt-1.5 text-sm text-muted">
            {children}
          </AlertDialog.Description>
          {typed !== undefined && (
            <div className="mt-4 flex flex-col gap-1 text-sm">
              <label htmlFor="confirm-typed">
                Type <strong className="font-semibold">{typed}</strong> to go on
              </label>
              <BareInput id="confirm-typed" value={text} onChange={(event) => setText(event.target.value)} />
            </div>
          )}
          {error !== undefined && <ErrorNote error={error} className="mt-3" />}
          <div className="mt-5 flex justify-end gap-2">
            <Button onClick={close}>Cancel</Button>
            <Button
              variant={safe ? "primary" : "danger"}
              onClick={confirm}
              busy={busy}
              disabled={typed !== undefined && text !== typed}
            >
              {action}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
