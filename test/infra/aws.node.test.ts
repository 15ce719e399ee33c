import { Match } from "aws-cdk-lib/assertions";
import { beforeAll, describe, it } from "vitest";
import { limits } from "../../shared/limits.ts";
import {
  everything,
  ofType,
  readTokenSha256,
  resourcesOf,
  synthesize,
  type Templates,
  tokenSha256,
} from "./aws-templates.node.ts";

let templates: Templates;
beforeAll(async () => {
  templates = await synthesize(everything);
});

const stack = (name: string) => {
  const template = templates[`hayloft-${name}`];
  if (template === undefined) throw new Error(`there is no stack ${name}`);
  return template;
};

describe("storage", () => {
  it("the bucket is closed to the public, encrypted, and reached by TLS alone", () => {
    stack("storage").hasResourceProperties("AWS::S3::Bucket", {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: Match.anyValue(),
      OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      VersioningConfiguration: Match.absent(),
    });
    stack("storage").hasResourceProperties("AWS::S3::BucketPolicy", {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: "Deny",
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          }),
        ]),
      },
    });
  });

  it("no rule lets an object expire: it only clears what uploads left", () => {
    stack("storage").hasResourceProperties("AWS::S3::Bucket", {
      LifecycleConfiguration: {
        Rules: [{ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 }, Status: "Enabled" }],
      },
    });
  });

  it("the table is paid by request, and DynamoDB deletes what the sweeps forget", () => {
    stack("storage").hasResourceProperties("AWS::DynamoDB::Table", {
      BillingMode: "PAY_PER_REQUEST",
      TimeToLiveSpecification: { AttributeName: "expires", Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
      DeletionProtectionEnabled: true,
    });
  });

  it("what is cached outlives the stack", ({ expect }) => {
    for (const type of ["AWS::S3::Bucket", "AWS::DynamoDB::Table"]) {
      const [resource] = ofType(templates, type);
      expect(resource).toMatchObject({ DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" });
    }
  });

  it("unless the deployment says that it may go", async ({ expect }) => {
    const doomed = await synthesize({ destroy: "true" });
    for (const type of ["AWS::S3::Bucket", "AWS::DynamoDB::Table"]) {
      expect(ofType(doomed, type)[0]?.DeletionPolicy).toBe("Delete");
    }
    doomed["hayloft-storage"]?.hasResourceProperties("AWS::DynamoDB::Table", {
      DeletionProtectionEnabled: false,
    });
    doomed["hayloft-storage"]?.resourceCountIs("Custom::S3AutoDeleteObjects", 1);
  });
});

describe("functions", () => {
  it("one serves, with the names of bucket and table and the token's hash", () => {
    stack("functions").hasResourceProperties("AWS::Lambda::Function", {
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Timeout: 180,
      ReservedConcurrentExecutions: 50,
      Environment: {
        Variables: {
          HAYLOFT_BUCKET: Match.anyValue(),
          HAYLOFT_TABLE: Match.anyValue(),
          HAYLOFT_TOKEN_SHA256: tokenSha256,
          HAYLOFT_READ_TOKEN_SHA256: readTokenSha256,
          HAYLOFT_DIGEST_FUNCTIONS: "sha256,blake3",
          HAYLOFT_COMPRESS_AT_REST: "zstd",
          HAYLOFT_LOG_LEVEL: "info",
          HAYLOFT_METRICS_SECONDS: "10",
        },
      },
    });
  });

  it("its URL streams, and needs no signature, so that build tools can ask", ({ expect }) => {
    stack("functions").hasResourceProperties("AWS::Lambda::Url", {
      AuthType: "NONE",
      InvokeMode: "RESPONSE_STREAM",
    });
    const open = ofType(templates, "AWS::Lambda::Permission").filter(
      ({ Properties }) => Properties["Principal"] === "*",
    );
    expect(open.map(({ Properties }) => Properties)).toEqual([
      expect.objectContaining({ Action: "lambda:InvokeFunctionUrl", FunctionUrlAuthType: "NONE" }),
      expect.objectContaining({ Action: "lambda:InvokeFunction", InvokedViaFunctionUrl: true }),
    ]);
  });

  it("one sweeps, every day, and knows the quota", ({ expect }) => {
    expect(limits.lambdaSweepEveryMs).toBe(86_400_000);
    stack("functions").hasResourceProperties("AWS::Events::Rule", {
      ScheduleExpression: "rate(1 day)",
    });
    stack("functions").hasResourceProperties("AWS::Lambda::Function", {
      Timeout: 900,
      Environment: { Variables: Match.objectLike({ HAYLOFT_QUOTA_BYTES: String(100 * 2 ** 30) }) },
    });
  });

  it("CloudFront keeps nothing, and passes the token on", () => {
    stack("functions").hasResourceProperties("AWS::CloudFront::Distribution", {
      DistributionConfig: {
        DefaultCacheBehavior: {
          // What CloudFront calls CachingDisabled and AllViewerExceptHostHeader.
          CachePolicyId: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
          OriginRequestPolicyId: "b689b0a8-53d0-40ab-baf2-68738e2966ac",
          ViewerProtocolPolicy: "https-only",
        },
      },
    });
  });

  it("without a token the deployment warns that nobody comes in", async ({ expect }) => {
    const closed = await synthesize({});
    const [server] = ofType(closed, "AWS::Lambda::Function");
    const environment = server?.Properties["Environment"];
    expect(JSON.stringify(environment)).not.toContain("HAYLOFT_OPEN");
    expect(JSON.stringify(environment)).not.toContain("HAYLOFT_TOKEN_SHA256");
    expect(environment).toMatchObject({ Variables: { HAYLOFT_ACCESS: "{}" } });
  });
});

describe("service", () => {
  it("replicas ask for the same tokens as the function, and offer the same digest functions", () => {
    const variables = [
      { Name: "HAYLOFT_TOKEN_SHA256", Value: tokenSha256 },
      { Name: "HAYLOFT_READ_TOKEN_SHA256", Value: readTokenSha256 },
      { Name: "HAYLOFT_DIGEST_FUNCTIONS", Value: "sha256,blake3" },
      { Name: "HAYLOFT_COMPRESS_AT_REST", Value: "zstd" },
    ];
    stack("service").hasResourceProperties("AWS::ECS::TaskDefinition", {
      ContainerDefinitions: [Match.objectLike({ Environment: Match.arrayWith(variables) })],
    });
  });

  it("replicas stop after the load balancer has let go of them, and have time for that", () => {
    stack("service").allResourcesProperties("AWS::ElasticLoadBalancingV2::TargetGroup", {
      TargetType: "ip",
      TargetGroupAttributes: Match.arrayWith([
        { Key: "deregistration_delay.timeout_seconds", Value: String((2 * limits.drainMs) / 1000) },
      ]),
    });
    stack("service").hasResourceProperties("AWS::ECS::TaskDefinition", {
      ContainerDefinitions: [
        Match.objectLike({
          StopTimeout: (2 * limits.drainMs) / 1000,
          ReadonlyRootFilesystem: true,
          Environment: Match.arrayWith([{ Name: "HAYLOFT_STORE", Value: "s3+dynamodb" }]),
        }),
      ],
    });
  });

  it("a new version has to serve before an old one goes, and goes back otherwise", () => {
    stack("service").hasResourceProperties("AWS::ECS::Service", {
      DesiredCount: 3,
      DeploymentConfiguration: Match.objectLike({
        MinimumHealthyPercent: 100,
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      }),
    });
  });

  it("gRPC and HTTP reach the same replicas, each by its own group", () => {
    stack("service").hasResourceProperties("AWS::ElasticLoadBalancingV2::TargetGroup", {
      ProtocolVersion: "GRPC",
      HealthCheckPath: "/grpc.health.v1.Health/Check",
      Matcher: { GrpcCode: "0" },
    });
    stack("service").hasResourceProperties("AWS::ElasticLoadBalancingV2::TargetGroup", {
      ProtocolVersion: "HTTP1",
      HealthCheckPath: "/status",
    });
    stack("service").hasResourceProperties("AWS::ECS::Service", {
      LoadBalancers: [Match.anyValue(), Match.anyValue()],
    });
  });

  it("only the networks that are named come in, over TLS", ({ expect }) => {
    stack("service").hasResourceProperties("AWS::ElasticLoadBalancingV2::Listener", {
      Port: 443,
      Protocol: "HTTPS",
      SslPolicy: Match.stringLikeRegexp("TLS13"),
    });
    expect(openPorts(templates)).toEqual(["203.0.113.0/24 443", "2001:db8::/32 443"]);
  });

  it("nobody, where none is named", async ({ expect }) => {
    const { certificateArn } = everything;
    expect(openPorts(await synthesize({ certificateArn }))).toEqual([]);
  });

  it("needs a certificate", async ({ expect }) => {
    expect(Object.keys(await synthesize({}))).toEqual(["hayloft-storage", "hayloft-functions"]);
  });
});

describe("everywhere", () => {
  it("logs end after a month", ({ expect }) => {
    const retentions = ofType(templates, "AWS::Logs::LogGroup").map(
      ({ Properties }) => Properties["RetentionInDays"],
    );
    expect(retentions).toEqual([30, 30, 30]);
  });

  it("somebody hears of trouble", ({ expect }) => {
    const alarms = Object.entries(resourcesOf(templates)).filter(
      ([, { Type }]) => Type === "AWS::CloudWatch::Alarm",
    );
    expect(alarms.map(([id]) => id.replace(/[0-9A-F]{8}$/, "")).toSorted()).toEqual([
      "BalancerFails",
      "GrpcUnhealthy",
      "HttpUnhealthy",
      "ReplicasFail",
      "ServerBreaksOff",
      "ServerFails",
      "ServerThrottled",
      "SweepFails",
      "SweepMissing",
      "TableFails",
      "TableThrottled",
    ]);
    for (const [, { Properties }] of alarms) {
      expect(Properties).toMatchObject({ AlarmActions: [expect.anything()] });
    }
  });

  it("a sweep that does not run is trouble, and a day without requests is not", () => {
    stack("functions").hasResourceProperties("AWS::CloudWatch::Alarm", {
      MetricName: "Invocations",
      ComparisonOperator: "LessThanThreshold",
      TreatMissingData: "breaching",
    });
    stack("functions").hasResourceProperties("AWS::CloudWatch::Alarm", {
      MetricName: "Url5xxCount",
      TreatMissingData: "notBreaching",
    });
  });

  it("everything carries the name of the cache", async ({ expect }) => {
    const named = await synthesize({ name: "team-a" });
    expect(Object.keys(named)).toEqual(["team-a-storage", "team-a-functions"]);
    const [bucket] = ofType(named, "AWS::S3::Bucket");
    expect(bucket?.Properties["Tags"]).toEqual([{ Key: "hayloft", Value: "team-a" }]);
  });

  it("a token in the place of its hash is not quoted: CI keeps what is printed", async ({
    expect,
  }) => {
    const mistaken = synthesize({ readTokenSha256: "secret" });
    await expect(mistaken).rejects.toThrow("readTokenSha256 is wrong; give the SHA-256");
    await expect(mistaken).rejects.not.toThrow("secret");
  });

  it.for([
    ["destroy", "yes"],
    ["quotaGiB", "0"],
    ["compressAtRest", "gzip"],
    ["logLevel", "loud"],
    ["metricsSeconds", "0"],
    ["name", "Team A"],
    ["clients", "everybody"],
    ["digestFunctions", "md5,murmur3"],
  ] as const)("%s cannot be %s", async ([name, value], { expect }) => {
    await expect(synthesize({ [name]: value })).rejects.toThrow(`${name} is "${value}"; give`);
  });
});

/** What security groups admit from elsewhere. */
function openPorts(of: Templates): readonly string[] {
  const rules = ofType(of, "AWS::EC2::SecurityGroup").flatMap(({ Properties }) => {
    const ingress = Properties["SecurityGroupIngress"] ?? [];
    return ingress as readonly { CidrIp?: string; CidrIpv6?: string; FromPort: number }[];
  });
  return rules.map(({ CidrIp, CidrIpv6, FromPort }) => `${CidrIp ?? CidrIpv6} ${FromPort}`);
}
