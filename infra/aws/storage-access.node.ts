import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import type { StorageStack } from "./storage-stack.node.ts";

/** What a program does to what is cached, in the words of IAM. */
export interface Access {
  readonly objects: readonly string[];
  readonly table: readonly string[];
}

/** What serving requests takes. */
export const serving: Access = {
  objects: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
  table: [
    "dynamodb:BatchGetItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
  ],
};

/** What sweeping takes. */
export const sweeping: Access = {
  objects: ["s3:DeleteObject"],
  table: ["dynamodb:BatchGetItem", "dynamodb:DeleteItem", "dynamodb:Scan"],
};

/** Lets a program do what it does to what is cached, and nothing more. */
export function grantAccess(
  { bucket, table }: StorageStack,
  grantee: IGrantable,
  ...accesses: readonly Access[]
): void {
  const allow = (actions: readonly string[], resource: string): void => {
    Grant.addToPrincipal({ grantee, actions: [...new Set(actions)], resourceArns: [resource] });
  };
  allow(
    accesses.flatMap(({ objects }) => objects),
    bucket.arnForObjects("*"),
  );
  // Without it, S3 calls an object that is not there forbidden.
  allow(["s3:ListBucket"], bucket.bucketArn);
  allow(
    accesses.flatMap((each) => each.table),
    table.tableArn,
  );
}
