export { AuthorizationKeysPage } from "./authorization-keys-page.tsx";
export { KeyQuorumPage } from "./key-quorum-page.tsx";
