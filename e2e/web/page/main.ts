import Privy, { LocalStorage } from "@privy-io/js-sdk-core";

/**
 * An app's page on the vanilla SDK, bundled as an app would be. The SDK makes the calls and leaves the browser's part to
 * the app; its options are in snake_case, and browsers read camelCase.
 */
const address = new URLSearchParams(location.search);
const privy = new Privy({
  appId: address.get("app")!,
  // `baseUrl` works and is not in the published types.
  ...({ baseUrl: address.get("api")! } as object),
  storage: new LocalStorage(),
});
const ready = privy.initialize();

type RegistrationOptions = Awaited<ReturnType<typeof privy.auth.passkey.generateSignupOptions>>["options"];
type Registration = Parameters<typeof privy.auth.passkey.signupWithPasskey>[0];
type Assertion = Parameters<typeof privy.auth.passkey.loginWithPasskey>[0];

async function create(options: RegistrationOptions): Promise<Registration> {
  const { user, authenticator_selection: selection } = options;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON({
    rp: options.rp,
    user: { id: user.id, name: user.name, displayName: user.display_name },
    challenge: options.challenge,
    pubKeyCredParams: options.pub_key_cred_params,
    timeout: options.timeout,
    excludeCredentials: (options.exclude_credentials ?? []) as PublicKeyCredentialDescriptorJSON[],
    authenticatorSelection: {
      residentKey: selection?.resident_key as ResidentKeyRequirement,
      requireResidentKey: selection?.require_resident_key ?? false,
      userVerification: selection?.user_verification as UserVerificationRequirement,
    },
    attestation: options.attestation as AttestationConveyancePreference,
  });
  const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  return credential.toJSON() as Registration;
}

let overheard: { challenge: string; answer: Assertion } | undefined;

const sdk = {
  async signUp(): Promise<string> {
    await ready;
    const { options, relying_party } = await privy.auth.passkey.generateSignupOptions();
    return (await privy.auth.passkey.signupWithPasskey(await create(options), relying_party)).user.id;
  },
  async logIn(): Promise<string> {
    await ready;
    const { options } = await privy.auth.passkey.generateAuthenticationOptions();
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON({
      rpId: options.rp_id,
      challenge: options.challenge,
      timeout: options.timeout,
      userVerification: options.user_verification,
      allowCredentials: (options.allow_credentials ?? []) as PublicKeyCredentialDescriptorJSON[],
    });
    const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
    const answer = credential.toJSON() as Assertion;
    overheard = { challenge: options.challenge, answer };
    return (await privy.auth.passkey.loginWithPasskey(answer, options.challenge)).user.id;
  },
  async link(): Promise<string[]> {
    const { options } = await privy.auth.passkey.generateRegistrationOptions();
    const { user } = await privy.auth.passkey.linkWithPasskey(await create(options));
    return user.linked_accounts.map(({ type }) => type);
  },
  async sendCode(email: string): Promise<void> {
    await ready;
    await privy.auth.email.sendCode(email);
  },
  async logInWithCode(email: string, code: string): Promise<string> {
    return (await privy.auth.email.loginWithCode(email, code)).user.id;
  },
  async user(): Promise<string | undefined> {
    await ready;
    return (await privy.user.get()).user?.id;
  },
  /** What the authenticator last answered, as somebody would have it who listens. */
  overhear: async () => overheard,
  logOut: () => privy.auth.logout(),
};

export type PasskeySdk = typeof sdk;
declare global {
  interface Window {
    passkeySdk: PasskeySdk;
  }
}
window.passkeySdk = sdk;
