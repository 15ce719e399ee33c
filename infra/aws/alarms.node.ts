import {
  ComparisonOperator,
  type IMetric,
  Alarm,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";

export interface AlarmProps {
  readonly metric: IMetric;
  /** From how much on it is trouble, in each of `periods` periods of the metric. */
  readonly threshold: number;
  /** 1, if left out. */
  readonly periods?: number;
  /** Trouble is less than the threshold, or nothing at all, in place of more. */
  readonly whenBelow?: true;
  /** What has happened and what to do, for whoever is woken by it. */
  readonly means: string;
}

/** The alarms of a stack, which go to a topic where somebody wants to hear of them. */
export class Alarms {
  readonly #scope: Construct;
  readonly #topic: ITopic | undefined;

  constructor(scope: Construct, topic: ITopic | undefined) {
    this.#scope = scope;
    this.#topic = topic;
  }

  add(id: string, { metric, threshold, periods = 1, whenBelow, means }: AlarmProps): void {
    const alarm = new Alarm(this.#scope, id, {
      metric,
      threshold,
      evaluationPeriods: periods,
      comparisonOperator: whenBelow
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: whenBelow ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      alarmDescription: means,
    });
    if (this.#topic !== undefined) alarm.addAlarmAction(new SnsAction(this.#topic));
  }
}
