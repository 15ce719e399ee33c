import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import {
  AttributeType,
  BillingMode,
  Operation,
  Table,
  TableEncryption,
} from "aws-cdk-lib/aws-dynamodb";
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from "aws-cdk-lib/aws-s3";
import { type ITopic, Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import type { Construct } from "constructs";
import { Alarms } from "./alarms.node.ts";
import type { Settings } from "./settings.node.ts";

/** How long parts of an upload that broke off are kept: far longer than one may take. */
const ABANDONED_UPLOAD_DAYS = 7;

/** What is cached: a bucket and a table, which functions and replicas share. They outlive the stack unless told otherwise. */
export class StorageStack extends Stack {
  readonly bucket: Bucket;
  readonly table: Table;
  /** Where alarms go, if anybody wants to hear of them. */
  readonly alarmTopic: ITopic | undefined;

  constructor(scope: Construct, settings: Settings, props: StackProps) {
    super(scope, `${settings.name}-storage`, {
      ...props,
      terminationProtection: !settings.destroy,
    });
    const removalPolicy = settings.destroy ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;

    this.bucket = new Bucket(this, "Objects", {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      // No object is ever written twice, and old versions would be paid for.
      versioned: false,
      // Only the sweeps know what builds rely on: a rule that let objects expire would break them.
      lifecycleRules: [
        { abortIncompleteMultipartUploadAfter: Duration.days(ABANDONED_UPLOAD_DAYS) },
      ],
      removalPolicy,
      autoDeleteObjects: settings.destroy,
    });

    // The names are those that the DynamoDB adapter reads and writes.
    this.table = new Table(this, "Index", {
      partitionKey: { name: "pk", type: AttributeType.STRING },
      timeToLiveAttribute: "expires",
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.DEFAULT,
      // Rows of yesterday would name objects that are gone; what a cache has lost is built again.
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: false },
      deletionProtection: !settings.destroy,
      removalPolicy,
    });

    this.alarmTopic = this.#topicFor(settings);
    this.#watchTable();
    new CfnOutput(this, "BucketName", { value: this.bucket.bucketName });
    new CfnOutput(this, "TableName", { value: this.table.tableName });
  }

  #topicFor({ alarmEmail }: Settings): ITopic | undefined {
    if (alarmEmail === undefined) return undefined;
    const topic = new Topic(this, "Alarms");
    topic.addSubscription(new EmailSubscription(alarmEmail));
    return topic;
  }

  #watchTable(): void {
    const alarms = new Alarms(this, this.alarmTopic);
    const period = Duration.minutes(5);
    const operations = [
      Operation.BATCH_GET_ITEM,
      Operation.PUT_ITEM,
      Operation.UPDATE_ITEM,
      Operation.DELETE_ITEM,
      Operation.SCAN,
    ];
    alarms.add("TableThrottled", {
      metric: this.table.metricThrottledRequestsForOperations({ operations, period }),
      threshold: 10,
      means:
        "DynamoDB refuses requests: a limit of the account, or one key that everybody asks for",
    });
    alarms.add("TableFails", {
      metric: this.table.metricSystemErrorsForOperations({ operations, period }),
      threshold: 10,
      means: "DynamoDB fails; look at the AWS Health Dashboard",
    });
  }
}
