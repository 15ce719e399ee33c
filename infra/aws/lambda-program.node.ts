import { type Duration, RemovalPolicy } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  Code,
  Function as Lambda,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { bundleHandler } from "./bundle.node.ts";

export interface LambdaProgramProps {
  /** The folder of its bundle. */
  readonly bundle: string;
  readonly description: string;
  readonly timeout: Duration;
  readonly environment: Readonly<Record<string, string>>;
  readonly maxConcurrency?: number | undefined;
}

/** A program of functions/aws, with a role that may write its own log and nothing else. */
export class LambdaProgramFunction extends Construct {
  readonly lambda: Lambda;

  constructor(scope: Construct, id: string, props: LambdaProgramProps) {
    super(scope, id);
    const { bundle, description, timeout, environment, maxConcurrency } = props;
    const logGroup = new LogGroup(this, "Log", {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // One that CDK makes could write to every log of the account.
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    });
    logGroup.grantWrite(role);
    this.lambda = new Lambda(this, "Function", {
      description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(bundle),
      handler: bundleHandler,
      memorySize: 512,
      timeout,
      environment,
      role,
      logGroup,
      // Lambda would write three lines for every request.
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      ...(maxConcurrency === undefined ? {} : { reservedConcurrentExecutions: maxConcurrency }),
    });
  }
}
