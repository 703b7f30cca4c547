import { type FormEvent, type ReactNode, useId } from "react";
import { useAct } from "../../lib/use-act.ts";
import { ErrorNote } from "../error-panel.tsx";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";

type FormDialogProps = {
  title: string;
  description?: ReactNode;
  /** What the button says that sends the form. */
  action: string;
  onClose: () => void;
  /** Runs the act. Where it fails, the dialog stays and says why. */
  onSubmit: () => Promise<unknown>;
  isReady?: boolean;
  wide?: boolean;
  children: ReactNode;
};

/** A dialog around a form: Enter sends it, Escape leaves it. */
export function FormDialog({ action, onClose, onSubmit, isReady = true, children, ...frame }: FormDialogProps) {
  const id = useId();
  const act = useAct();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady && !act.busy) void act.run(onSubmit);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form={id} busy={act.busy} disabled={!isReady}>
            {action}
          </Button>
        </>
      }
      {...frame}
    >
      <form id={id} onSubmit={submit} className="flex flex-col gap-4">
        {children}
        {act.error !== undefined && <ErrorNote error={act.error} />}
      </form>
    </Dialog>
  );
}
