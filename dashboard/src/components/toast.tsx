import { Toast } from "@base-ui/react/toast";
import { IconButton } from "./ui/button.tsx";

export const toasts = Toast.createToastManager();

/** Says that something was done, for a moment, without taking the focus. */
export function notify(title: string): void {
  toasts.add({ title, timeout: 4000 });
}

export function Toaster() {
  return (
    <Toast.Provider toastManager={toasts}>
      <Toast.Portal>
        <Toast.Viewport className="fixed right-4 bottom-4 z-70 flex w-80 max-w-[calc(100vw-2rem)] flex-col gap-2">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList() {
  const { toasts: shown } = Toast.useToastManager();
  return shown.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="flex items-center justify-between gap-2 rounded-lg border border-line bg-surface py-2 pr-2 pl-3 shadow-pop data-ending-style:opacity-0"
    >
      <Toast.Title className="text-sm" />
      <Toast.Close render={<IconButton icon="x" label="Dismiss" />} />
    </Toast.Root>
  ));
}
