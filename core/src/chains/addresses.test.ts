import { describe, expect, it } from "vitest";
import { seedFromMnemonic } from "../crypto/bip39.ts";
import { decodeHex, encodeHex } from "../encoding/hex.ts";
import { encodeUtf8 } from "../encoding/utf8.ts";
import { parseTonAddress } from "../ton/address.ts";
import { type ChainTypeName, chainTypes } from "./chain-types.ts";

const ABANDON = `${"abandon ".repeat(11)}about`;

/** A wallet as the chain's own documents or reference tools publish it. */
type Published = {
  chainType: ChainTypeName;
  source: string;
  mnemonic: string;
  index?: number;
  privateKey?: string;
  publicKey?: string;
  address?: string;
};

const published: Published[] = [
  {
    chainType: "ethereum",
    source: "the first account of the BIP-39 test phrase, as in MetaMask's and ethers' tests",
    mnemonic: ABANDON,
    address: "0x9858EfFD232B4033E47d90003D41EC34EcaEda94",
  },
  {
    chainType: "solana",
    source: "Phantom and Solflare for the BIP-39 test phrase (m/44'/501'/0'/0')",
    mnemonic: ABANDON,
    address: "HAgk14JpMQLgt6rVgv7cBQFJWFto5Dqxi472uT3DKpqk",
  },
  {
    chainType: "tron",
    source: "Trust Wallet Core, `TWHDWalletTests`",
    mnemonic: ABANDON,
    address: "TUEZSdKsoDHQMeZwihtdoBiN46zxhGWYdH",
  },
  {
    chainType: "cosmos",
    source: "cosmjs and Keplr tests of the BIP-39 test phrase",
    mnemonic: ABANDON,
    address: "cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4",
  },
  {
    chainType: "bitcoin-segwit",
    source: "BIP-84, test vectors, first receiving address",
    mnemonic: ABANDON,
    publicKey: "0330d54fd0dd420a6e5f8d3624f5f3482cae350f79d5f0753bf5beef9c2d91af3c",
    address: "bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu",
  },
  {
    chainType: "bitcoin-segwit",
    source: "BIP-84, test vectors, second receiving address",
    mnemonic: ABANDON,
    index: 1,
    publicKey: "03e775fd51f0dfb8cd865d9ff1cca2a158cf651fe997fdc9fee9c1d3b5e995ea77",
    address: "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g",
  },
  {
    chainType: "bitcoin-taproot",
    source: "BIP-86, test vectors, first receiving address",
    mnemonic: ABANDON,
    address: "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr",
  },
  {
    chainType: "bitcoin-taproot",
    source: "BIP-86, test vectors, second receiving address",
    mnemonic: ABANDON,
    index: 1,
    address: "bc1p4qhjn9zdvkux4e44uhx8tc55attvtyu358kutcqkudyccelu0was9fqzwh",
  },
  {
    chainType: "stellar",
    source: "SEP-5, test 1",
    mnemonic: "illness spike retreat truth genius clock brain pass fit cave bargain toe",
    address: "GDRXE2BQUC3AZNPVFSCEZ76NJ3WWL25FYFK6RGZGIEKWE4SOOHSUJUJ6",
  },
  {
    chainType: "stellar",
    source: "SEP-5, test 1, second account",
    mnemonic: "illness spike retreat truth genius clock brain pass fit cave bargain toe",
    index: 1,
    address: "GBAW5XGWORWVFE2XTJYDTLDHXTY2Q2MO73HYCGB3XMFMQ562Q2W2GJQX",
  },
  {
    chainType: "sui",
    source: "MystenLabs/sui, TypeScript SDK, Ed25519 keypair tests",
    mnemonic:
      "film crazy soon outside stand loop subway crumble thrive popular green nuclear struggle pistol arm wife phrase warfare march wheat nephew ask sunny firm",
    address: "0xa2d14fad60c56049ecf75246a481934691214ce413e6a8ae2fe6834c173a6133",
  },
  {
    chainType: "aptos",
    source: "aptos-ts-sdk, `tests/unit/helper.ts`, legacy Ed25519 wallet",
    mnemonic: "shoot island position soft burden budget tooth cruel issue economy destroy above",
    privateKey: "5d996aa76b3212142792d9130796cd2e11e3c445a93118c08414df4f66bc60ec",
    publicKey: "ea526ba1710343d953461ff68641f1b7df5f23b9042ffa2d2a798d3adb3f3d6c",
    address: "0x07968dab936c1bad187c60ce4082f307d030d780e91e694ae03aef16aba73f30",
  },
  {
    chainType: "near",
    source: "a wallet that near-cli made (path m/44'/397'/0'), public on GitHub",
    mnemonic: "endorse pelican despair mutual diagram raccoon narrow bounce start tray biology exclude",
    address: "f94f8a9a41d33cf155bfc3c4e840184ed2a319bdf29f5737410ea16a0f371924",
  },
  {
    chainType: "xrpl",
    source: "xrpl.js, `Wallet.fromMnemonic` tests",
    mnemonic: "assault rare scout seed design extend noble drink talk control guitar quote",
    privateKey: "13fc461ca5799f1357c8130af703cba7e9c28e072c6ca8f7def8601cde98f394",
    publicKey: "035953fcd81d001cf634eb44a87940f3f98adf2483d09c914baed0539be50f385d",
  },
];

describe("published addresses of a public key", () => {
  it("ton: ton-org/ton, `WalletContractV4.spec.ts`", () => {
    const publicKey = decodeHex("5754865e86d0ade1199301bbb0319a25ed6b129c4b0a57f28f62449b3df9c522")!;
    const address = chainTypes.ton.address(publicKey);
    expect(encodeHex(parseTonAddress(address)!)).toBe(
      "e7045e094c52874d88ee94427235de1db2d2c61f59b9d54acb76ed35fedc38cf",
    );
    expect(chainTypes.ton.canonicalAddress("EQDnBF4JTFKHTYjulEJyNd4dstLGH1m51UrLdu01_tw4z2Au")).toBe(address);
  });

  it("xrpl: XRPL documentation, `Address Encoding`", () => {
    const publicKey = decodeHex("ED9434799226374926EDA3B54B1B461B4ABF7237962EAE18528FEA67595397FA32")!;
    expect(chainTypes.xrpl.address(publicKey)).toBe("rDTXLQ7ZKZVKz33zJbHjgVShjsBnqMBhmN");
  });

  it("stellar: SEP-5, test 1, the secret of the first account", () => {
    const text = "SBGWSG6BTNCKCOB3DIFBGCVMUPQFYPA2G4O34RMTB343OYPXU5DJDVMN";
    const key = chainTypes.stellar.parseImportedPrivateKey(encodeUtf8(text))!;
    expect(chainTypes.stellar.address(chainTypes.stellar.publicKey(key))).toBe(
      "GDRXE2BQUC3AZNPVFSCEZ76NJ3WWL25FYFK6RGZGIEKWE4SOOHSUJUJ6",
    );
    const damaged = `${text.slice(0, -1)}A`;
    expect(chainTypes.stellar.parseImportedPrivateKey(encodeUtf8(damaged))).toBeUndefined();
  });

  it("near: the key pair that near-cli printed for its account", () => {
    const text = "ed25519:4ppa5Kue6RhvZnyabWL4azUJT6FyNTwrTvw5Mb3j6m5xYwFi6zRqqk9932HdnzksZUubvK9813ZtHSmjjp3VuTRm";
    const key = chainTypes.near.parseImportedPrivateKey(encodeUtf8(text))!;
    expect(chainTypes.near.address(chainTypes.near.publicKey(key))).toBe(
      "f94f8a9a41d33cf155bfc3c4e840184ed2a319bdf29f5737410ea16a0f371924",
    );
    expect(chainTypes.near.parseImportedPrivateKey(encodeUtf8(text.replace("ed25519:4", "ed25519:5")))).toBeUndefined();
  });

  it("sui: SIP-15, test cases", () => {
    const key = chainTypes.sui.parseImportedPrivateKey(
      encodeUtf8("suiprivkey1qzwant3kaegmjy4qxex93s0jzvemekkjmyv3r2sjwgnv2y479pgsywhveae"),
    )!;
    expect(encodeHex(key)).toBe("9dd9ae36ee51b912a0364c58c1f21333bcdad2d91911aa127226c512be285102");
    expect(chainTypes.sui.address(chainTypes.sui.publicKey(key))).toBe(
      "0x90f3e6d73b5730f16974f4df1d3441394ebae62186baf83608599f226455afa7",
    );
  });
});

describe("published wallets", () => {
  for (const { chainType, source, mnemonic, index = 0, privateKey, publicKey, address } of published) {
    it(`${chainType} ${index}: ${source}`, () => {
      const chain = chainTypes[chainType];
      const key = chain.derive(seedFromMnemonic(mnemonic), index);
      if (privateKey !== undefined) expect(encodeHex(key)).toBe(privateKey);
      if (publicKey !== undefined) expect(encodeHex(chain.publicKey(key))).toBe(publicKey);
      if (address !== undefined) expect(chain.address(chain.publicKey(key))).toBe(address);
    });
  }
});
