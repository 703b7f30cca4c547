import type { Ceremony, TestAuthenticator } from "@mandate/core/testing/authenticator";
import type { SignerAnswer, SignerRequest } from "../protocol.ts";
import { type Harness, makeRequest, type TestApp } from "./harness.ts";

export const PAGE = "https://app.example";

type Tweaks = Partial<Ceremony> & { relyingParty?: string; token?: string };

/** A page of an app that signs people in by passkey, and the honest API behind it. */
export class PasskeyPage {
  readonly harness: Harness;
  readonly app: TestApp;

  constructor(harness: Harness, app: TestApp) {
    this.harness = harness;
    this.app = app;
  }

  async challenge(): Promise<string> {
    const answer = await this.harness.api.send(this.request("authenticate/init", {}));
    if (answer.outcome !== "answered") throw new Error(JSON.stringify(answer));
    return answer.result.challenge as string;
  }

  /** What the page sends for a new passkey, with every record that an honest API would send along. */
  async registration(authenticator: TestAuthenticator, tweaks: Tweaks = {}, step: "register" | "link" = "register") {
    const { relyingParty, token, ...more } = tweaks;
    const authenticator_response = authenticator.register({ ...(await this.#ceremony()), ...more });
    return this.request(step, { authenticator_response, ...asked(relyingParty) }, token);
  }

  async assertion(authenticator: TestAuthenticator, tweaks: Tweaks = {}) {
    const { relyingParty, token, ...more } = tweaks;
    const ceremony = { ...(await this.#ceremony()), ...more };
    const authenticator_response = authenticator.assert(ceremony);
    return this.request(
      "authenticate",
      { challenge: ceremony.challenge, authenticator_response, ...asked(relyingParty) },
      token,
    );
  }

  request(step: string, body: object, token?: string): SignerRequest {
    const path = `/api/v1/passkeys/${step}`;
    const request = makeRequest({ app: this.app, method: "POST", path, body, secret: null });
    if (token !== undefined) request.headers.authorization = `Bearer ${token}`;
    return { ...request, records: this.records(), login: { sessionId: "session" } };
  }

  /** The app and all its users, of which the signer picks. */
  records(): string[] {
    const { current } = this.harness.api;
    const names = [...current.keys()].filter((name) => /^[^/]+\/(app|user)\//.test(name));
    return names.filter((name) => name.startsWith(`${this.app.id}/`)).map((name) => current.get(name)!.sealed);
  }

  /** Asks as the honest API, which then stores what was accepted. */
  async send(request: SignerRequest): Promise<SignerAnswer> {
    const answer = await this.harness.api.try(request, { records: this.records() });
    if (answer.outcome === "accepted") await this.harness.api.apply(request, answer);
    return answer;
  }

  async #ceremony(): Promise<Ceremony> {
    return { challenge: await this.challenge(), origin: PAGE };
  }
}

function asked(relyingParty: string | undefined) {
  return relyingParty === undefined ? {} : { relying_party: relyingParty };
}
