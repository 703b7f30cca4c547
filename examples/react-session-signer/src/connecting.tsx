import { useEffect, useState } from "react";
import { Notice } from "./notice.tsx";

const PATIENCE_MS = 8000;

/** Shown until the SDK has read the app's settings. It never gives up, so this says what is probably wrong. */
export function Connecting() {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!late) return <Notice>Connecting …</Notice>;
  return (
    <Notice tone="bad">
      {import.meta.env.MANDATE_URL} does not answer, or does not take calls from {location.origin}. Is{" "}
      <code>npm start</code> still running? Start this example again with <code>npm run example</code>.
    </Notice>
  );
}
