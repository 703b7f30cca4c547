import { lazy, Suspense, useEffect, useState } from "react";
import { Dialog } from "../../components/ui/dialog.tsx";
import { queryClient } from "../../lib/api/queries.ts";
import { onReauthentication } from "../../lib/api/reauthentication.ts";
import { sessionQuery, useSession } from "./session.ts";

const SignInForm = lazy(() => import("./sign-in-form.tsx").then((module) => ({ default: module.SignInForm })));

/** Opens when an act asks for a recent sign-in; the act goes on afterwards. */
export function ReauthenticationDialog() {
  const { member } = useSession();
  const [answer, setAnswer] = useState<{ with: (isSignedIn: boolean) => void }>();
  useEffect(() => onReauthentication(() => new Promise((resolve) => setAnswer({ with: resolve }))), []);
  const close = (isSignedIn: boolean) => {
    answer?.with(isSignedIn);
    setAnswer(undefined);
  };
  return (
    <Dialog
      open={answer !== undefined}
      onClose={() => close(false)}
      title="Sign in again"
      description="This act asks for a sign-in of the last 15 minutes. It goes on once you have signed in."
    >
      <Suspense>
        <SignInForm
          email={member.email}
          onSession={(session) => {
            queryClient.setQueryData(sessionQuery.queryKey, session);
            close(true);
          }}
        />
      </Suspense>
    </Dialog>
  );
}
