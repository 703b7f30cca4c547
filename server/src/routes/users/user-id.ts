/** The wire takes user ids with and without `did:privy:` in paths and filters. */
export function fullUserId(id: string): string {
  return id.startsWith("did:privy:") ? id : `did:privy:${id}`;
}
