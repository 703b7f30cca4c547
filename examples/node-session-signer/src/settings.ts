export type Settings = {
  url: string;
  appId: string;
  appSecret: string;
  evmRpcUrl: string;
  /** PEM PKCS#8, P-256: what your identity provider signs its tokens with. */
  identityProviderKey: string;
};

export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const read = (name: string): string => {
    const value = environment[name];
    if (value === undefined || value === "") throw new Error(`${name} is not set; \`npm run guide\` sets it for you`);
    return value;
  };
  return {
    url: read("MANDATE_URL"),
    appId: read("MANDATE_APP_ID"),
    appSecret: read("MANDATE_APP_SECRET"),
    evmRpcUrl: read("MANDATE_EVM_RPC_URL"),
    identityProviderKey: read("MANDATE_IDP_PRIVATE_KEY"),
  };
}
