type Ask = () => Promise<boolean>;

let ask: Ask = async () => false;
let pending: Promise<boolean> | undefined;

/** The dialog that asks members to sign in again registers itself here. */
export function onReauthentication(handler: Ask): () => void {
  ask = handler;
  return () => {
    ask = async () => false;
  };
}

/** Asks once, however many requests wait for it. Whether the member has signed in again. */
export function askToSignInAgain(): Promise<boolean> {
  pending ??= ask().finally(() => {
    pending = undefined;
  });
  return pending;
}
