/** What the app's server is told from outside. `npm run example` in the clone sets all of it. */
export type Settings = {
  /** Origin of the running Mandate: what the SDKs call `apiUrl`. */
  url: string;
  appId: string;
  /** Never leaves this server. */
  appSecret: string;
  /** RPC URL of the local chain: for balances, receipts and play money. */
  evmRpcUrl: string;
  /** Folder of the authorization key. */
  folder: string;
};

export function readSettings(environment: NodeJS.ProcessEnv, defaultFolder: string): Settings {
  const read = (name: string): string => {
    const value = environment[name];
    if (value === undefined || value === "") {
      throw new Error(`${name} is not set. \`npm run example\` in the root of the clone sets it for you.`);
    }
    return value;
  };
  return {
    url: read("MANDATE_URL"),
    appId: read("MANDATE_APP_ID"),
    appSecret: read("MANDATE_APP_SECRET"),
    evmRpcUrl: read("MANDATE_EVM_RPC_URL"),
    folder: environment.MANDATE_EXAMPLE_DIR || defaultFolder,
  };
}
