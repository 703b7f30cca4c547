import { useState } from "react";

/** An act that may fail: whether it runs, and why it failed. Resolves to undefined when it did. */
export function useAct(): {
  busy: boolean;
  error: unknown;
  run: <T>(act: () => Promise<T>) => Promise<T | undefined>;
  clear: () => void;
} {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  return {
    busy,
    error,
    clear: () => setError(undefined),
    run: async (act) => {
      setBusy(true);
      setError(undefined);
      try {
        return await act();
      } catch (failure) {
        setError(failure);
        return undefined;
      } finally {
        setBusy(false);
      }
    },
  };
}
