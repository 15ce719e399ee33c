/** One section of examples, whose blocks are one connection's. */
interface Section {
  readonly section: string;
  readonly blocks: readonly {
    readonly hex: string;
    readonly fields: readonly (readonly [name: string, value: string])[];
  }[];
}

/** The examples of RFC 7541, Appendix C. Those of C.5 and C.6 are for a table of 256 bytes, which is said first. */
export const publishedBlocks: readonly Section[] = [
  {
    section: "C.2.1",
    blocks: [
      {
        hex: "400a637573746f6d2d6b65790d637573746f6d2d686561646572",
        fields: [["custom-key", "custom-header"]],
      },
    ],
  },
  {
    section: "C.2.2",
    blocks: [{ hex: "040c2f73616d706c652f70617468", fields: [[":path", "/sample/path"]] }],
  },
  {
    section: "C.2.3",
    blocks: [{ hex: "100870617373776f726406736563726574", fields: [["password", "secret"]] }],
  },
  {
    section: "C.2.4",
    blocks: [{ hex: "82", fields: [[":method", "GET"]] }],
  },
  {
    section: "C.3",
    blocks: [
      {
        hex: "828684410f7777772e6578616d706c652e636f6d",
        fields: [
          [":method", "GET"],
          [":scheme", "http"],
          [":path", "/"],
          [":authority", "www.example.com"],
        ],
      },
      {
        hex: "828684be58086e6f2d6361636865",
        fields: [
          [":method", "GET"],
          [":scheme", "http"],
          [":path", "/"],
          [":authority", "www.example.com"],
          ["cache-control", "no-cache"],
        ],
      },
      {
        hex: "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
        fields: [
          [":method", "GET"],
          [":scheme", "https"],
          [":path", "/index.html"],
          [":authority", "www.example.com"],
          ["custom-key", "custom-value"],
        ],
      },
    ],
  },
  {
    section: "C.4",
    blocks: [
      {
        hex: "828684418cf1e3c2e5f23a6ba0ab90f4ff",
        fields: [
          [":method", "GET"],
          [":scheme", "http"],
          [":path", "/"],
          [":authority", "www.example.com"],
        ],
      },
      {
        hex: "828684be5886a8eb10649cbf",
        fields: [
          [":method", "GET"],
          [":scheme", "http"],
          [":path", "/"],
          [":authority", "www.example.com"],
          ["cache-control", "no-cache"],
        ],
      },
      {
        hex: "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
        fields: [
          [":method", "GET"],
          [":scheme", "https"],
          [":path", "/index.html"],
          [":authority", "www.example.com"],
          ["custom-key", "custom-value"],
        ],
      },
    ],
  },
  {
    section: "C.5",
    blocks: [
      { hex: "3fe101", fields: [] },
      {
        hex:
          "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a32" +
          "3120474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d",
        fields: [
          [":status", "302"],
          ["cache-control", "private"],
          ["date", "Mon, 21 Oct 2013 20:13:21 GMT"],
          ["location", "https://www.example.com"],
        ],
      },
      {
        hex: "4803333037c1c0bf",
        fields: [
          [":status", "307"],
          ["cache-control", "private"],
          ["date", "Mon, 21 Oct 2013 20:13:21 GMT"],
          ["location", "https://www.example.com"],
        ],
      },
      {
        hex:
          "88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a6970" +
          "7738666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d61" +
          "67653d333630303b2076657273696f6e3d31",
        fields: [
          [":status", "200"],
          ["cache-control", "private"],
          ["date", "Mon, 21 Oct 2013 20:13:22 GMT"],
          ["location", "https://www.example.com"],
          ["content-encoding", "gzip"],
          ["set-cookie", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"],
        ],
      },
    ],
  },
  {
    section: "C.6",
    blocks: [
      { hex: "3fe101", fields: [] },
      {
        hex:
          "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad" +
          "171863c78f0b97c8e9ae82ae43d3",
        fields: [
          [":status", "302"],
          ["cache-control", "private"],
          ["date", "Mon, 21 Oct 2013 20:13:21 GMT"],
          ["location", "https://www.example.com"],
        ],
      },
      {
        hex: "4883640effc1c0bf",
        fields: [
          [":status", "307"],
          ["cache-control", "private"],
          ["date", "Mon, 21 Oct 2013 20:13:21 GMT"],
          ["location", "https://www.example.com"],
        ],
      },
      {
        hex:
          "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2" +
          "e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
        fields: [
          [":status", "200"],
          ["cache-control", "private"],
          ["date", "Mon, 21 Oct 2013 20:13:22 GMT"],
          ["location", "https://www.example.com"],
          ["content-encoding", "gzip"],
          ["set-cookie", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"],
        ],
      },
    ],
  },
];

/** Some codes of Appendix B, of each length that is in use for more than a few: the byte, its code, and the code's bits. */
export const publishedCodes: readonly (readonly [byte: number, code: number, bits: number])[] = [
  [0, 0x1ff8, 13],
  [10, 0x3ffffffc, 30],
  [32, 0x14, 6],
  [48, 0x0, 5],
  [58, 0x5c, 7],
  [60, 0x7ffc, 15],
  [88, 0xfc, 8],
  [92, 0x7fff0, 19],
  [126, 0x1ffd, 13],
  [127, 0xffffffc, 28],
  [128, 0xfffe6, 20],
  [195, 0x7fff1, 19],
  [199, 0x1ffffec, 25],
  [220, 0xffffffd, 28],
  [249, 0xffffffe, 28],
  [254, 0x7fffff0, 27],
  [255, 0x3ffffee, 26],
];
