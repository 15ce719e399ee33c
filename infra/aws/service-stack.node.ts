import {
  Annotations,
  CfnOutput,
  Duration,
  RemovalPolicy,
  Stack,
  type StackProps,
} from "aws-cdk-lib";
import { Platform } from "aws-cdk-lib/aws-ecr-assets";
import { GatewayVpcEndpointAwsService, SubnetType, Vpc } from "aws-cdk-lib/aws-ec2";
import {
  AwsLogDriverMode,
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LogDrivers,
  OperatingSystemFamily,
} from "aws-cdk-lib/aws-ecs";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { limits } from "../../shared/limits.ts";
import { Alarms } from "./alarms.node.ts";
import { LoadBalancer, REPLICA_PORT } from "./load-balancer.node.ts";
import { type Settings, servingVariables } from "./settings.node.ts";
import { grantAccess, serving, sweeping } from "./storage-access.node.ts";
import type { StorageStack } from "./storage-stack.node.ts";

/** How long a replica that is told to stop has for that: more than it gives its requests. */
const STOP_TIMEOUT = Duration.millis(2 * limits.drainMs);

/** What the stack of replicas needs beside its settings. */
export interface ServiceProps {
  readonly storage: StorageStack;
  readonly certificateArn: string;
  /** The folder that their image is built from, which `cdk deploy` does with Docker. */
  readonly image: string;
}

/** The cache as replicas of the Node server behind a load balancer, for native gRPC. They keep nothing that matters themselves. */
export class ServiceStack extends Stack {
  readonly #settings: Settings;
  readonly #storage: StorageStack;

  constructor(scope: Construct, settings: Settings, service: ServiceProps, props: StackProps) {
    super(scope, `${settings.name}-service`, props);
    this.#settings = settings;
    this.#storage = service.storage;
    const vpc = this.#network();
    const replicas = this.#replicas(vpc, service.image);
    const balancer = new LoadBalancer(this, "LoadBalancer", {
      vpc,
      replicas,
      certificateArn: service.certificateArn,
      clients: settings.clients,
    });
    balancer.watch(new Alarms(this, service.storage.alarmTopic));
    if (settings.clients.length === 0) {
      Annotations.of(this).addWarningV2(
        "hayloft:no-clients",
        "no clients are set: the load balancer lets nobody in; see infra/aws/README.md",
      );
    }
    new CfnOutput(this, "LoadBalancerName", { value: balancer.dnsName });
  }

  /** Without a NAT gateway, which costs more than a replica: S3 and DynamoDB are reached by endpoints that cost nothing. */
  #network(): Vpc {
    return new Vpc(this, "Network", {
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: "public", subnetType: SubnetType.PUBLIC }],
      gatewayEndpoints: {
        S3: { service: GatewayVpcEndpointAwsService.S3 },
        DynamoDB: { service: GatewayVpcEndpointAwsService.DYNAMODB },
      },
    });
  }

  #replicas(vpc: Vpc, image: string): FargateService {
    return new FargateService(this, "Replicas", {
      cluster: new Cluster(this, "Cluster", {
        vpc,
        containerInsightsV2: ContainerInsights.DISABLED,
      }),
      taskDefinition: this.#task(image),
      desiredCount: this.#settings.replicas,
      // To reach the registry of images and the logs; only the load balancer reaches them.
      assignPublicIp: true,
      // A new version has to serve before an old one stops, and goes back where it does not.
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
      healthCheckGracePeriod: Duration.minutes(1),
    });
  }

  #task(imageFolder: string): FargateTaskDefinition {
    const { bucket, table } = this.#storage;
    const { quotaGiB } = this.#settings;
    const logGroup = new LogGroup(this, "Log", {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const task = new FargateTaskDefinition(this, "Task", {
      cpu: 1024,
      memoryLimitMiB: 2048,
      runtimePlatform: {
        cpuArchitecture: CpuArchitecture.ARM64,
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
    });
    task.addContainer("Hayloft", {
      image: ContainerImage.fromAsset(imageFolder, { platform: Platform.LINUX_ARM64 }),
      environment: {
        HAYLOFT_LISTEN: `:${REPLICA_PORT}`,
        HAYLOFT_STORE: "s3+dynamodb",
        HAYLOFT_BUCKET: bucket.bucketName,
        HAYLOFT_TABLE: table.tableName,
        ...servingVariables(this.#settings),
        ...(quotaGiB === undefined ? {} : { HAYLOFT_SIZE: `${quotaGiB}GiB` }),
      },
      portMappings: [{ containerPort: REPLICA_PORT }],
      logging: LogDrivers.awsLogs({
        logGroup,
        streamPrefix: "replica",
        mode: AwsLogDriverMode.NON_BLOCKING,
      }),
      readonlyRootFilesystem: true,
      stopTimeout: STOP_TIMEOUT,
    });
    grantAccess(this.#storage, task.taskRole, serving, sweeping);
    return task;
  }
}
