import { DynamoDBServiceException } from "@aws-sdk/client-dynamodb";
import { S3ServiceException } from "@aws-sdk/client-s3";
import { RequestError } from "../../request-error.ts";
import { StoreError, type StoreErrorCode } from "../../stores/store-error.ts";

/** What a request was for, in words for whoever reads the log. */
export interface AwsRequest {
  /** As IAM calls it: `s3:PutObject`. */
  readonly action: string;
  /** `bucket "builds"`. */
  readonly resource: string;
}

/** Errors that trying again does not help, and what does. */
const remedies: readonly (readonly [names: readonly string[], remedy: string])[] = [
  [["AccessDeniedException"], "allow it in the policy of this process's role"],
  [
    ["AccessDenied"],
    "allow it in the policy of this process's role; to hear that an object is not there takes s3:ListBucket, too",
  ],
  [
    ["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"],
    "the credentials of this process have expired; renew them, or let it run under a role",
  ],
  [
    [
      "InvalidAccessKeyId",
      "InvalidClientTokenId",
      "InvalidSignatureException",
      "InvalidToken",
      "SignatureDoesNotMatch",
      "UnrecognizedClientException",
    ],
    "AWS does not know the credentials of this process; correct them, or let it run under a role",
  ],
  [
    [
      "CredentialsProviderError",
      "MissingAuthenticationToken",
      "MissingAuthenticationTokenException",
    ],
    "this process has no credentials; let it run under a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
  ],
  [["RequestExpired", "RequestTimeTooSkewed"], "the clock of this machine is wrong; set it"],
  [
    ["NoSuchBucket", "ResourceNotFoundException"],
    "there is none; deploy it, or correct its name and region",
  ],
  [
    ["AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "PermanentRedirect"],
    "it is in another region; set AWS_REGION to that",
  ],
];

/** Errors with the status of a client's mistake that pass all the same. */
const passing: ReadonlySet<string> = new Set([
  "ConditionalRequestConflict",
  "OperationAborted",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestTimeout",
  "SlowDown",
  "Throttling",
  "ThrottlingException",
  // An upload in parts that somebody gave up, or whose parts are not what they should be: it can be begun again.
  "EntityTooSmall",
  "InvalidPart",
  "NoSuchUpload",
]);

const asTheyAre = [StoreError, RequestError, RangeError, TypeError] as const;

/** What an SDK call threw, as the stores' users know trouble. What is told on purpose, and defects, stay as they are. */
export function storeErrorOf(error: unknown, { action, resource }: AwsRequest): unknown {
  if (!(error instanceof Error) || asTheyAre.some((kind) => error instanceof kind)) return error;
  const remedy = remedies.find(([names]) => names.includes(error.name))?.[1];
  if (remedy !== undefined) {
    const line = `${action} on ${resource} is refused (${error.name}): ${remedy}`;
    return new StoreError("denied", line, { cause: error });
  }
  return new StoreError(
    codeOf(error),
    `${action} on ${resource} failed: ${error.name}: ${error.message.split("\n", 1)[0]}`,
    { cause: error },
  );
}

function codeOf(error: Error): StoreErrorCode {
  if (error instanceof S3ServiceException || error instanceof DynamoDBServiceException) {
    const { httpStatusCode = 500 } = error.$metadata;
    if (httpStatusCode === FULL) return "exhausted";
    const isPassing =
      passing.has(error.name) ||
      httpStatusCode === TOO_MANY ||
      httpStatusCode >= 500 ||
      httpStatusCode < 400;
    return isPassing ? "unavailable" : "denied";
  }
  return error.name === "TimeoutError" || "code" in error ? "unavailable" : "denied";
}

/** What services with the API of S3 say that are on somebody's own disks. */
const FULL = 507;

const TOO_MANY = 429;
