import { Duration } from "aws-cdk-lib";
import { type IVpc, Peer, Port } from "aws-cdk-lib/aws-ec2";
import type { FargateService } from "aws-cdk-lib/aws-ecs";
import {
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationProtocolVersion,
  ApplicationTargetGroup,
  type HealthCheck,
  HttpCodeElb,
  HttpCodeTarget,
  ListenerCondition,
  SslPolicy,
  TargetGroupLoadBalancingAlgorithmType,
} from "aws-cdk-lib/aws-elasticloadbalancingv2";
import { Construct } from "constructs";
import { limits } from "../../shared/limits.ts";
import type { Alarms } from "./alarms.node.ts";

/** Where replicas listen. */
export const REPLICA_PORT = 8980;

/** How long the load balancer waits for the requests of a replica that goes: more than the replica gives them. */
const DEREGISTRATION_DELAY = Duration.millis(2 * limits.drainMs);

export interface LoadBalancerProps {
  readonly vpc: IVpc;
  readonly replicas: FargateService;
  readonly certificateArn: string;
  /** Networks that may come in. */
  readonly clients: readonly string[];
}

/**
 * One address for gRPC and HTTP: replicas speak both on one port, but a load balancer speaks only one of them to a group of
 * targets. So they are in two groups, and the Content-Type says which is asked.
 */
export class LoadBalancer extends Construct {
  readonly dnsName: string;
  readonly #balancer: ApplicationLoadBalancer;
  readonly #http: ApplicationTargetGroup;
  readonly #grpc: ApplicationTargetGroup;

  constructor(scope: Construct, id: string, props: LoadBalancerProps) {
    super(scope, id);
    const { vpc, replicas, certificateArn, clients } = props;
    this.#balancer = new ApplicationLoadBalancer(this, "Balancer", {
      vpc,
      internetFacing: true,
      idleTimeout: Duration.millis(limits.idleTimeoutMs),
      dropInvalidHeaderFields: true,
    });
    this.dnsName = this.#balancer.loadBalancerDnsName;
    this.#http = this.#group("Http", vpc, replicas, {
      protocolVersion: ApplicationProtocolVersion.HTTP1,
      healthCheck: { path: "/status", healthyHttpCodes: "200" },
    });
    this.#grpc = this.#group("Grpc", vpc, replicas, {
      protocolVersion: ApplicationProtocolVersion.GRPC,
      healthCheck: { path: "/grpc.health.v1.Health/Check", healthyGrpcCodes: "0" },
    });
    this.#listen(certificateArn, clients);
  }

  watch(alarms: Alarms): void {
    const period = Duration.minutes(5);
    const { metrics } = this.#balancer;
    alarms.add("BalancerFails", {
      metric: metrics.httpCodeElb(HttpCodeElb.ELB_5XX_COUNT, { period }),
      threshold: 10,
      means: "the load balancer finds no replica that answers",
    });
    alarms.add("ReplicasFail", {
      metric: metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, { period }),
      threshold: 10,
      means: "replicas answer with errors of their own; their log says why",
    });
    for (const [id, { metrics: group }] of [
      ["HttpUnhealthy", this.#http],
      ["GrpcUnhealthy", this.#grpc],
    ] as const) {
      alarms.add(id, {
        metric: group.unhealthyHostCount({ period, statistic: "Minimum" }),
        threshold: 1,
        periods: 2,
        means: "a replica does not answer the load balancer's checks; its log says why",
      });
    }
  }

  #group(
    id: string,
    vpc: IVpc,
    replicas: FargateService,
    kind: { protocolVersion: ApplicationProtocolVersion; healthCheck: HealthCheck },
  ): ApplicationTargetGroup {
    return new ApplicationTargetGroup(this, id, {
      vpc,
      protocol: ApplicationProtocol.HTTP,
      protocolVersion: kind.protocolVersion,
      port: REPLICA_PORT,
      targets: [replicas],
      healthCheck: {
        ...kind.healthCheck,
        interval: Duration.seconds(10),
        healthyThresholdCount: 2,
      },
      deregistrationDelay: DEREGISTRATION_DELAY,
      // Uploads take seconds and look-ups milliseconds: taking turns would not share them fairly.
      loadBalancingAlgorithmType: TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
    });
  }

  #listen(certificateArn: string, clients: readonly string[]): void {
    const listener = this.#balancer.addListener("Tls", {
      port: 443,
      protocol: ApplicationProtocol.HTTPS,
      certificates: [{ certificateArn }],
      sslPolicy: SslPolicy.RECOMMENDED_TLS,
      open: false,
      defaultTargetGroups: [this.#http],
    });
    listener.addTargetGroups("Grpc", {
      priority: 1,
      // Not gRPC-Web, which any HTTP carries.
      conditions: [
        ListenerCondition.httpHeader("content-type", ["application/grpc", "application/grpc+*"]),
      ],
      targetGroups: [this.#grpc],
    });
    for (const network of clients) {
      const peer = network.includes(":") ? Peer.ipv6(network) : Peer.ipv4(network);
      listener.connections.allowFrom(peer, Port.tcp(443), "clients");
    }
  }
}
