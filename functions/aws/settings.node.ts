/** What a deployment gives its functions. */
export interface Settings {
  readonly bucket: string;
  readonly table: string;
  /** SHA-256 of every token that lets somebody in. */
  readonly tokenHashes: readonly Uint8Array[];
  /** Whether everybody may come in, as on a developer's own machine. */
  readonly isOpen: boolean;
  readonly quotaBytes: number | undefined;
  /** Other services with the same API, by the SDK's own variables. */
  readonly s3Endpoint: string | undefined;
  readonly dynamoEndpoint: string | undefined;
}

/** Throws an error that names the variable and the remedy. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const text = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const wanted = (name: string): string => {
    const value = text(name);
    if (value === undefined)
      throw new Error(`${name} is not set; deploy with infra/aws, which does`);
    return value;
  };
  return {
    bucket: wanted("HAYLOFT_BUCKET"),
    table: wanted("HAYLOFT_TABLE"),
    tokenHashes: parseHashes(text("HAYLOFT_TOKEN_SHA256") ?? ""),
    isOpen: parseSwitch("HAYLOFT_OPEN", text("HAYLOFT_OPEN")),
    quotaBytes: parseBytes("HAYLOFT_QUOTA_BYTES", text("HAYLOFT_QUOTA_BYTES")),
    s3Endpoint: text("AWS_ENDPOINT_URL_S3") ?? text("AWS_ENDPOINT_URL"),
    dynamoEndpoint: text("AWS_ENDPOINT_URL_DYNAMODB") ?? text("AWS_ENDPOINT_URL"),
  };
}

function parseHashes(text: string): readonly Uint8Array[] {
  const hashes = text.split(/[\s,]+/).filter((hash) => hash !== "");
  return hashes.map((hash) => {
    if (/^[0-9a-f]{64}$/.test(hash)) return Buffer.from(hash, "hex");
    throw new Error(
      `HAYLOFT_TOKEN_SHA256 has ${JSON.stringify(hash)}: give the SHA-256 of each token, in hexadecimal`,
    );
  });
}

function parseSwitch(name: string, text: string | undefined): boolean {
  if (text === undefined || text === "0" || text === "1") return text === "1";
  throw new Error(`${name} is ${JSON.stringify(text)}; set it to 1, or leave it out`);
}

function parseBytes(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9][0-9]{0,14}$/.test(text)) return Number(text);
  throw new Error(`${name} is ${JSON.stringify(text)}; set it to a whole number of bytes`);
}
