import { globSync, readFileSync } from "node:fs";
import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import { beforeAll, describe, it } from "vitest";
import { createDynamoClient } from "../../shared/adapters/aws/aws-clients.node.ts";
import { createTable, credentials, region, startDynalite } from "../support/aws-engines.node.ts";
import {
  allowed,
  everything,
  listed,
  ofType,
  synthesize,
  type Templates,
} from "./aws-templates.node.ts";

let templates: Templates;
beforeAll(async () => {
  templates = await synthesize(everything);
});

/** What the adapters ask AWS for: they name each action, so that an error can. */
function actionsOfAdapters(): ReadonlySet<string> {
  const folder = new URL("../../shared/adapters/aws/", import.meta.url);
  const texts = globSync("*.ts", { cwd: folder }).map((name) =>
    readFileSync(new URL(name, folder), "utf8"),
  );
  const names = texts.flatMap((text) => text.match(/"(?:s3|dynamodb):\w+"/g) ?? []);
  return new Set(names.map((name) => name.slice(1, -1)));
}

describe("permissions", () => {
  it("name every action, and no role may do everything", ({ expect }) => {
    const actions = allowed(templates).flatMap(({ Action }) => listed(Action));
    expect(actions.filter((action) => action.includes("*"))).toEqual([]);
    expect(
      ofType(templates, "AWS::IAM::Role").map(({ Properties }) => Properties),
    ).not.toContainEqual(
      expect.objectContaining({ ManagedPolicyArns: expect.anything() as unknown }),
    );
  });

  it("name every resource, except where AWS knows none", ({ expect }) => {
    const everywhere = allowed(templates).filter(({ Resource }) => listed(Resource).includes("*"));
    expect(everywhere.map(({ Action }) => Action)).toEqual(["ecr:GetAuthorizationToken"]);
  });

  it("are what the adapters ask for, no less and no more", ({ expect }) => {
    const granted = new Set(
      allowed(templates)
        .flatMap(({ Action }) => listed(Action))
        .filter((action) => /^(?:s3|dynamodb):/.test(action)),
    );
    expect(granted).toEqual(actionsOfAdapters());
  });

  it("let only sweeps read the whole table", ({ expect }) => {
    const { PolicyDocument } = policyOf("ServerRole");
    expect(JSON.stringify(PolicyDocument)).not.toContain("dynamodb:Scan");
    expect(JSON.stringify(policyOf("SweeperRole"))).toContain("dynamodb:Scan");
    expect(JSON.stringify(policyOf("SweeperRole"))).not.toContain("s3:PutObject");
  });
});

describe("the table", () => {
  it("is keyed as the one that the adapters are tested with", async ({ expect }) => {
    await using engine = await startDynalite();
    const client = createDynamoClient({ endpoint: engine.endpoint, credentials, region });
    await createTable(client, "tested");
    const { Table } = await client.send(new DescribeTableCommand({ TableName: "tested" }));
    client.destroy();
    expect(ofType(templates, "AWS::DynamoDB::Table")[0]?.Properties).toMatchObject({
      KeySchema: Table?.KeySchema,
      AttributeDefinitions: Table?.AttributeDefinitions,
    });
  });
});

/** The policy of the role whose name begins so. */
function policyOf(role: string): Readonly<Record<string, unknown>> {
  const policies = ofType(templates, "AWS::IAM::Policy").map(({ Properties }) => Properties);
  const policy = policies.find(({ PolicyName }) => String(PolicyName).startsWith(role));
  if (policy === undefined) throw new Error(`there is no policy of ${role}`);
  return policy;
}
