import { execFileSync, spawnSync } from "node:child_process";
import type { DescService } from "@bufbuild/protobuf";
import { describe, it } from "vitest";
import { parse } from "yaml";
import { rpcName } from "../../functions/telemetry/request-names.ts";
import { staleFiles } from "../../infra/tools/generated-files.node.ts";
import {
  ActionCache,
  ContentAddressableStorage,
} from "../../shared/proto/gen/build/bazel/remote/execution/v2/remote_execution_pb.ts";
import { allInstruments } from "../../shared/telemetry/instruments.ts";
import { read, root } from "../tidy/repository.node.ts";
import { labelsIn, metricsIn, unknownIn } from "./expressions.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

interface Groups {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: Readonly<Record<"x" | "y" | "w" | "h", number>>;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const { groups } = parse(read("infra/monitoring/gen/alert-rules.yaml")) as Groups;
const rules = groups.flatMap((group) => group.rules);
const { panels } = JSON.parse(read("infra/monitoring/gen/dashboard.json")) as {
  readonly panels: readonly Panel[];
};
const targets = panels.flatMap((panel) => panel.targets ?? []);

describe("what is made from the list of instruments", () => {
  it("is what it makes now", async ({ expect }) => {
    expect(await staleFiles()).toEqual([]);
  });

  it("names nothing that is not in it", ({ expect }) => {
    const expressions = [...rules, ...targets].map(({ expr }) => expr);
    expect(expressions.flatMap(unknownIn)).toEqual([]);
  });

  it("is the same for the Prometheus operator", ({ expect }) => {
    const { spec } = parse(read("infra/kubernetes/prometheus/gen/prometheus-rule.yaml")) as {
      spec: Groups;
    };
    expect(spec.groups).toEqual(groups);
  });
});

describe("the dashboard", () => {
  it("shows every instrument", ({ expect }) => {
    const shown = new Set(targets.flatMap(({ expr }) => metricsIn(expr)));
    expect(allInstruments.map(({ name }) => name).filter((name) => !shown.has(name))).toEqual([]);
  });

  it("calls lines by labels that they have", ({ expect }) => {
    const wrong = targets.filter(({ expr, legendFormat }) => {
      const named = [...legendFormat.matchAll(/\{\{(?<label>\w+)\}\}/g)];
      const there = labelsIn(expr);
      return named.some(({ groups: found }) => !there.has(found?.["label"] ?? ""));
    });
    expect(wrong).toEqual([]);
  });

  it("has each panel in a place of its own, and says what it is for", ({ expect }) => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    const silent = panels.filter(({ type, description }) => type !== "row" && !description);
    expect(silent.map(({ title }) => title)).toEqual([]);
  });
});

describe("the alerts", () => {
  it("have names of their own, and say what to do", ({ expect }) => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, for: holds, labels, annotations } of rules) {
      expect(alert).toMatch(/^Hayloft[A-Z]\w+$/);
      expect(holds).toMatch(/^\d+[mhd]$/);
      expect(["critical", "warning"]).toContain(labels.severity);
      expect(annotations.summary).toMatch(/\.$/);
      expect(annotations.description).toMatch(/\.$/);
    }
  });

  it("speak of labels that their series have", ({ expect }) => {
    const wrong = rules.filter(({ expr, annotations }) => {
      const named = [...annotations.summary.matchAll(/\$labels\.(?<label>\w+)/g)];
      const there = labelsIn(expr);
      return named.some(({ groups: found }) => !there.has(found?.["label"] ?? ""));
    });
    expect(wrong).toEqual([]);
  });

  it("name RPCs as they are counted", ({ expect }) => {
    const services: readonly DescService[] = [ActionCache, ContentAddressableStorage];
    const known = services.flatMap(({ methods }) => methods.map(rpcName));
    const named = rules.flatMap(({ expr }) => expr.match(/\b[A-Z]\w+\/[A-Z]\w+/g) ?? []);
    expect(named).not.toEqual([]);
    expect(known).toEqual(expect.arrayContaining(named));
  });
});

const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;

describe.skipIf(!hasPromtool)("promtool (Debian has it in `prometheus`)", () => {
  it.for([
    ["check", "infra/monitoring/gen/alert-rules.yaml"],
    ["test", "test/infra/alert-rules.promtool.yaml"],
  ])("%s rules", ([command = "", file = ""]) => {
    execFileSync("promtool", [command, "rules", file], { cwd: root, stdio: "pipe" });
  });
});
