import { BlockList, isIP } from "node:net";

/** Where the server may connect to when somebody else chose the address. The open Internet always. */
export type EgressRules = {
  /** This machine, in the clear too: for development. */
  loopback: boolean;
  /** Networks that are nobody's on the Internet, such as the operator's own. */
  private: boolean;
};

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** IANA's registries of special-purpose addresses (RFC 6890): what is not globally reachable, and multicast. */
const special = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  special.addSubnet(net, bits, "ipv4");

/** IPv6 is global in 2000::/3 alone; of that, ranges that carry IPv4 addresses or stand in documents are left out. */
const global6 = new BlockList();
global6.addSubnet("2000::", 3, "ipv6");
const special6 = new BlockList();
for (const [net, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  special6.addSubnet(net, bits, "ipv6");

/** Whether the server may connect to an IP address. Text that is none is refused. */
export function isAddressAllowed(address: string, rules: EgressRules): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  const kind = family === 4 ? "ipv4" : "ipv6";
  if (loopback.check(address, kind) && !isMapped(address)) return rules.loopback || rules.private;
  const isGlobal =
    family === 4 ? !special.check(address, kind) : global6.check(address, kind) && !special6.check(address, kind);
  return isGlobal || rules.private;
}

/** An IPv4 address in IPv6's clothes is what nobody needs, and a way around lists. */
function isMapped(address: string): boolean {
  return address.includes(":") && address !== "::1";
}
