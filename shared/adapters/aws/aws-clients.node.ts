import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { limits } from "../../limits.ts";

export interface AwsClientOptions {
  /** Left out, what the environment says: AWS_REGION, or the profile's. */
  readonly region?: string;
  /** Another service with the same API, such as a local engine. */
  readonly endpoint?: string;
  /** Left out, the first that the SDK's default chain finds: environment, profile, pod identity, container or instance role. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Connections at once. A request beyond waits for one. */
  readonly maxSockets?: number;
}

const MAX_SOCKETS = 200;
const CONNECTION_TIMEOUT_MS = 3000;

/** S3 gives up idle connections after some seconds; an upload that meets such a one cannot be sent twice, so we do first. */
const IDLE_CONNECTION_MS = 4000;

/** With its repetitions well within `limits.indexDelayMs`. */
const TABLE_REQUEST_MS = 10_000;
const TABLE_ATTEMPTS = 4;

/** What goes wrong reaches whoever made the call; the SDK would warn of it on the console, too. */
const quiet = { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };

export function createS3Client(options: AwsClientOptions = {}): S3Client {
  return new S3Client({
    ...given(options),
    logger: quiet,
    // Engines other than S3 have buckets in the path, not in the host's name.
    forcePathStyle: options.endpoint !== undefined,
    // What is sent is checked by its SHA-256, and what others offer with S3's API knows no checksum behind the body.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // Otherwise the SDK opens a connection of its own for each large upload, outside the pool.
    expectContinueHeader: false,
    requestHandler: {
      ...connections(options),
      socketTimeout: limits.idleTimeoutMs,
    },
  });
}

export function createDynamoClient(options: AwsClientOptions = {}): DynamoDBClient {
  return new DynamoDBClient({
    ...given(options),
    logger: quiet,
    maxAttempts: TABLE_ATTEMPTS,
    requestHandler: { ...connections(options), requestTimeout: TABLE_REQUEST_MS },
  });
}

function given({ region, endpoint, credentials }: AwsClientOptions) {
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

function connections({ maxSockets = MAX_SOCKETS }: AwsClientOptions) {
  const agent = { keepAlive: true, maxSockets, timeout: IDLE_CONNECTION_MS };
  return {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    throwOnRequestTimeout: true,
    httpAgent: agent,
    httpsAgent: agent,
  };
}

function ignore(): void {
  // Nobody listens.
}
