import { readFileSync } from "node:fs";
import { join } from "node:path";
import { vectorsPath } from "./vectors.ts";

/** The members that our tests read; each algorithm has some of them. All byte strings are hex. */
export type WycheproofGroup = {
  type: string;
  publicKey: { uncompressed: string };
  publicKeyDer: string;
  ivSize: number;
  keySize: number;
  tagSize: number;
  encoding: string;
  tests: WycheproofTest[];
};

export type WycheproofTest = {
  tcId: number;
  comment: string;
  result: "valid" | "invalid" | "acceptable";
  size: number;
} & {
  [member in
    | "msg"
    | "sig"
    | "key"
    | "iv"
    | "aad"
    | "ct"
    | "tag"
    | "ikm"
    | "salt"
    | "info"
    | "okm"
    | "public"
    | "private"
    | "shared"]: string;
};

/** The test groups of one Wycheproof file, or undefined where the vectors are not. */
export function readWycheproof(file: string): WycheproofGroup[] | undefined {
  const folder = vectorsPath("wycheproof");
  return folder === undefined ? undefined : JSON.parse(readFileSync(join(folder, file), "utf8")).testGroups;
}

/** Every case of the groups as `[group, test]`. */
export function listCases(groups: WycheproofGroup[] | undefined): [WycheproofGroup, WycheproofTest][] {
  return (groups ?? []).flatMap((group) => group.tests.map((test): [WycheproofGroup, WycheproofTest] => [group, test]));
}

export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "hex"));
}
