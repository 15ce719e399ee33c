import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { DigestFunction } from "../../shared/digest/digest-function.ts";

/** A blob whose hash somebody else has published. */
export interface PublishedHash {
  readonly function: DigestFunction;
  /** The blob in words. */
  readonly title: string;
  readonly hash: string;
  readonly bytes: () => Uint8Array;
}

function texts(
  name: DigestFunction,
  hashes: Readonly<Record<string, string>>,
): readonly PublishedHash[] {
  return Object.entries(hashes).map(([text, hash]) => {
    return { function: name, title: JSON.stringify(text), hash, bytes: () => utf8ToBytes(text) };
  });
}

/** Blobs by their sizes, whose bytes count up and begin again after `period`. */
function counting(
  name: DigestFunction,
  period: number,
  hashes: Readonly<Record<number, string>>,
): readonly PublishedHash[] {
  return Object.entries(hashes).map(([size, hash]) => {
    const bytes = (): Uint8Array => Uint8Array.from({ length: Number(size) }, (_, i) => i % period);
    return { function: name, title: `${size} bytes that count up to ${period - 1}`, hash, bytes };
  });
}

function million(name: DigestFunction, hash: string): PublishedHash {
  const bytes = (): Uint8Array => new Uint8Array(1_000_000).fill(0x61);
  return { function: name, title: 'a million times "a"', hash, bytes };
}

const long448 = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
const long896 =
  "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";
const MIB = 1024 * 1024;

/** Known answers, from where each function was published. */
export const publishedHashes: readonly PublishedHash[] = [
  // The Secure Hash Standard's examples (FIPS 180, NIST).
  ...texts("sha1", {
    abc: "a9993e364706816aba3e25717850c26c9cd0d89d",
    [long448]: "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
  }),
  million("sha1", "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
  ...texts("sha256", {
    abc: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    [long448]: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  }),
  million("sha256", "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
  ...texts("sha384", {
    abc: "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
    [long896]:
      "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039",
  }),
  million(
    "sha384",
    "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b07b8b3dc38ecc4ebae97ddd87f3d8985",
  ),
  ...texts("sha512", {
    abc:
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    [long896]:
      "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018" +
      "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
  }),
  // The test suite of RFC 1321.
  ...texts("md5", {
    a: "0cc175b9c0f1b6a831c399e269772661",
    abc: "900150983cd24fb0d6963f7d28e17f72",
    "message digest": "f96b697d7cb7938d525a2f31aaf161d0",
    "12345678901234567890123456789012345678901234567890123456789012345678901234567890":
      "57edf4a22be3c955ac49da2e2107b67a",
  }),
  // test_vectors/test_vectors.json of BLAKE3-team/BLAKE3 (CC0).
  ...counting("blake3", 251, {
    1: "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
    1023: "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11",
    1024: "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7",
    1025: "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
    2048: "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a",
    2049: "5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030",
    3073: "7124b49501012f81cc7f11ca069ec9226cecb8a2c850cfe644e327d22d3e1cd3",
    4097: "9b4052b38f1c5fc8b1f9ff7ac7b27cd242487b3d890d15c96a1c25b8aa0fb995",
    6145: "f1323a8631446cc50536a9f705ee5cb619424d46887f3c376c695b70e0f0507f",
  }),
  // sha256tree_test_vectors.txt of bazelbuild/remote-apis (Apache-2.0).
  ...counting("sha256tree", 251, {
    1025: "36c0998b21839ef74300b9de47d96d1f62323dc81f2b4231e98ce70cd6ffe750",
    2048: "b584996386f01793751c5cf0c39561f51b7e9924b818943b3cb2f6928cea0fa9",
    2049: "7318d2029b0392edf4cf109edb5a086b4bdadbb7950f710a1483eb881d9e5d44",
    3072: "dfc61c0a041f79d55d53bfe31c6cda7df77fdc8e6fbac1143d70b7144fdf6937",
    3073: "517d20c0e5835f060a1bd6388ed68574f63424bdac2a2c3a35a5c2ef859d8fe2",
    4096: "2f72bb93880012168c027f6781527ff08177c7c8dccb443f4d2c6389c186633d",
    4097: "c3ec942c1b8f4580320d3a06bcf4f8fe1f5db2be797ab67061ea4c2a95f208f2",
    5120: "a76924f6535b4b473377c285ec27acc84cc58e95ab1e9e29b1bb6a4a3fb9d0b3",
    5121: "98f987c3e9fc057a70873715b679b89a663d0df806859b6ce73f8379b06a10ff",
    6144: "372f988af412041b680ab236feef45626380062beb7514bbf93607aedd28fc9a",
    6145: "6dc4b78efd770453417b2ffdc74b27054793efe6122ecd7ee098670ed7c4651c",
    7168: "43686312c0cabccf9d5ad509efa096e3d743c63c7a51f122473c57949e4dd9a0",
    7169: "ad729297ab36cd099665b27c4247474a5518e4cd0be443f5f31d95edda08429b",
    8192: "fcfdde6fe59178e17708c5ba647919c3b141a44c9d1970782e597e1465266932",
    8193: "113c6e3a2452f388b6fad13dfab66ee0bff597a0a9a517ad8d0165f7190b603e",
    16384: "a7a10149a8cb00be537000560edb83b196306b780b72fad8af218f369f75fc19",
    31744: "2cdf7662636c173d4b236f6ea03bf84c65e7f6487b53b2a61c420e26cf8a98c7",
    102400: "0668d69e5331840d2f1823d717b7b3f5d1fdc8a09504cddb692b87ff83d50e5f",
  }),
  // VsoHashTests.cs of microsoft/BuildXL (MIT).
  ...counting("vso", 256, {
    1: "3da32150b5e69b54e7ad1765d9573bc5e6e05d3b6529556c1b4a436a76a511f400",
    65535: "4ae1ad6462d75d117a5dafcf98167981371a4b21e1cee49d0b982de2ce01032300",
    65536: "85840e1cb7cbfd78b464921c54c96f68c19066f20860efa8cce671b40ba5162300",
    65537: "d92a37c547f9d5b6b7b791a24f587da8189cca14ebc8511d2482e7448763e2bd00",
    [2 * MIB - 1]: "1c3c73f7e829e84a5ba05631195105fb49e033fa23bda6d379b3e46b5d73ef3700",
    [2 * MIB]: "6dae3ed3e623aed293297c289c3d20a53083529138b7631e99920ef0d93af3cd00",
    [2 * MIB + 1]: "1f9f3c008ea37ecb65bc5fb14a420cebb3ca72a9601ec056709a6b431f91807100",
    [4 * MIB - 1]: "df0e0db15e866592dbfa9bca74e6d547d67789f7eb088839fc1a5cefa862353700",
    [4 * MIB]: "5e3a80b2acb2284cd21a08979c49cbb80874e1377940699b07a8abee9175113200",
    [4 * MIB + 1]: "b9a44a420593fa18453b3be7b63922df43c93ff52d88f2cab26fe1fadba7003100",
  }),
  // The tests of github.com/spaolacci/murmur3 (BSD-3-Clause), and of Chromium's hashigo.
  ...texts("murmur3", {
    hello: "cbd8a7b341bd9b025b1e906a48ae1d19",
    "hello, world": "342fac623a5ebc8e4cdcbc079642414d",
    "19 Jan 2038 at 3:14:07 AM": "b89e5988b737affc664fc2950231b2cb",
    "The quick brown fox jumps over the lazy dog.": "cd99481f9ee902c9695da1a38987b6e7",
  }),
  // What `git hash-object --stdin` prints.
  ...texts("gitsha1", {
    abc: "f2ba8f84ab5c1bce84a7b441cb1959cfc7093b7f",
    "hello\n": "ce013625030ba8dba906f756967f9e9ca394464a",
    "hello world": "95d09f2b10159347eece71399a7e2e907ea3df4f",
  }),
];
