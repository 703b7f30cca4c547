// biome-ignore lint/style/useNodejsImportProtocol: the package of this name, for browsers
import { Buffer } from "buffer";

/** The SDK's Solana functions need Node's `Buffer` as a global. Without it they never answer. */
Object.assign(globalThis, { Buffer });
