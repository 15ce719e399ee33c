import { Annotations, CfnOutput, Duration, Stack, type StackProps } from "aws-cdk-lib";
import { Metric } from "aws-cdk-lib/aws-cloudwatch";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import { type Function as Lambda, FunctionUrlAuthType, InvokeMode } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { limits } from "../../shared/limits.ts";
import { Alarms } from "./alarms.node.ts";
import type { Bundles } from "./bundle.node.ts";
import { frontDoor } from "./front-door.node.ts";
import { LambdaProgramFunction } from "./lambda-program.node.ts";
import {
  letsSomebodyIn,
  metricsVariables,
  type Settings,
  servingVariables,
  sweepingVariables,
} from "./settings.node.ts";
import { grantAccess, serving, sweeping } from "./storage-access.node.ts";
import type { StorageStack } from "./storage-stack.node.ts";

/** At 2 MB/s, which is what Lambda grants beyond the first 6 MB, the largest answer takes 100 s. */
const SERVE_TIMEOUT = Duration.minutes(3);

/** As long as Lambda admits. */
const SWEEP_TIMEOUT = Duration.minutes(15);

const FIVE_MINUTES = Duration.minutes(5);

/** What the stack of functions needs beside its settings. */
export interface FunctionsProps {
  readonly storage: StorageStack;
  readonly bundles: Bundles;
}

/** The cache as functions: one behind a URL, and one that sweeps. */
export class FunctionsStack extends Stack {
  constructor(
    scope: Construct,
    settings: Settings,
    { storage, bundles }: FunctionsProps,
    props: StackProps,
  ) {
    super(scope, `${settings.name}-functions`, props);
    const { maxConcurrency, cloudFront } = settings;
    if (!letsSomebodyIn(settings)) {
      Annotations.of(this).addWarningV2(
        "hayloft:no-token",
        "neither tokenSha256 nor accessPolicy is set: the function lets nobody in; see infra/aws/README.md",
      );
    }

    const { lambda: server } = new LambdaProgramFunction(this, "Server", {
      bundle: bundles.main,
      description: "Hayloft, a remote build cache",
      timeout: SERVE_TIMEOUT,
      environment: {
        ...names(storage),
        ...servingVariables(settings),
        ...metricsVariables(settings),
      },
      maxConcurrency,
    });
    grantAccess(storage, server, serving);
    const url = server.addFunctionUrl({
      // Build tools cannot sign requests for IAM: the function asks for a token itself.
      authType: FunctionUrlAuthType.NONE,
      invokeMode: InvokeMode.RESPONSE_STREAM,
    });

    const { lambda: sweeper } = new LambdaProgramFunction(this, "Sweeper", {
      bundle: bundles.sweep,
      description: "Removes what nobody uses from Hayloft",
      timeout: SWEEP_TIMEOUT,
      environment: { ...names(storage), ...sweepingVariables(settings) },
    });
    grantAccess(storage, sweeper, sweeping);
    new Rule(this, "SweepSchedule", {
      schedule: Schedule.rate(Duration.millis(limits.lambdaSweepEveryMs)),
      targets: [new LambdaFunction(sweeper)],
    });

    const alarms = new Alarms(this, storage.alarmTopic);
    watchServer(alarms, server);
    watchSweeper(alarms, sweeper);
    const address = cloudFront ? `https://${frontDoor(this, url).domainName}/` : url.url;
    new CfnOutput(this, "Url", { value: address });
  }
}

function names({ bucket, table }: StorageStack): Readonly<Record<string, string>> {
  return { HAYLOFT_BUCKET: bucket.bucketName, HAYLOFT_TABLE: table.tableName };
}

function watchServer(alarms: Alarms, server: Lambda): void {
  alarms.add("ServerBreaksOff", {
    metric: server.metricErrors({ period: FIVE_MINUTES }),
    threshold: 5,
    means: "answers of the function break off, or it does not start; its log says why",
  });
  alarms.add("ServerThrottled", {
    metric: server.metricThrottles({ period: FIVE_MINUTES }),
    threshold: 5,
    means: "Lambda refuses requests: raise maxConcurrency, or the account's quota of executions",
  });
  alarms.add("ServerFails", {
    metric: new Metric({
      namespace: "AWS/Lambda",
      metricName: "Url5xxCount",
      dimensionsMap: { FunctionName: server.functionName },
      statistic: "Sum",
      period: FIVE_MINUTES,
    }),
    threshold: 5,
    means: "the function answers with errors of its own; its log says why",
  });
}

function watchSweeper(alarms: Alarms, sweeper: Lambda): void {
  const period = Duration.millis(limits.lambdaSweepEveryMs);
  alarms.add("SweepFails", {
    metric: sweeper.metricErrors({ period }),
    // Lambda tries twice again.
    threshold: 3,
    means: "a sweep and its repetitions failed, so that what nobody uses stays; its log says why",
  });
  alarms.add("SweepMissing", {
    metric: sweeper.metricInvocations({ period }),
    threshold: 1,
    periods: 2,
    whenBelow: true,
    means: "no sweep has run for two days, so that what nobody uses stays; look at its schedule",
  });
}
