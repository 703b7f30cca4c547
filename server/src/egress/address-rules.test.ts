import { describe, expect, it } from "vitest";
import { isAddressAllowed } from "./address-rules.ts";

const none = { loopback: false, private: false };

describe("an address that somebody else chose", () => {
  it.each([
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:a00:1",
    "64:ff9b::a00:1",
    "fc00::1",
    "fe80::1",
    "ff02::1",
    "2001:db8::1",
    "2002:a00:1::1",
    "localhost",
    "1",
    "0x7f.1",
    "",
  ])("%s is refused", (address) => {
    expect(isAddressAllowed(address, none)).toBe(false);
  });

  it.each(["8.8.8.8", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111"])(
    "%s is allowed",
    (address) => {
      expect(isAddressAllowed(address, none)).toBe(true);
    },
  );

  it("is allowed on this machine in development, and elsewhere inside where the operator says so", () => {
    const development = { loopback: true, private: false };
    expect(["127.0.0.1", "::1"].map((address) => isAddressAllowed(address, development))).toEqual([true, true]);
    expect(["10.0.0.1", "::ffff:127.0.0.1"].some((address) => isAddressAllowed(address, development))).toBe(false);
    const inside = { loopback: false, private: true };
    expect(["10.0.0.1", "fc00::1", "127.0.0.1"].every((address) => isAddressAllowed(address, inside))).toBe(true);
  });
});
