import { stringify } from "yaml";
import { type Alert, alertGroups } from "./alerts.ts";

const head = "# Made by `npm run generate` from infra/monitoring/alerts.ts.\n";

/** A file of rules for Prometheus. */
export function alertRules(): string {
  return head + stringify(groups(), { lineWidth: 0 });
}

/** The same for the Prometheus operator. */
export function prometheusRule(): string {
  const resource = {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: { name: "hayloft", labels: { "app.kubernetes.io/name": "hayloft" } },
    spec: groups(),
  };
  return head + stringify(resource, { lineWidth: 0 });
}

function groups(): object {
  return { groups: alertGroups.map(({ name, alerts }) => ({ name, rules: alerts.map(rule) })) };
}

function rule({ name, expression, for: holds, severity, summary, remedy }: Alert): object {
  return {
    alert: name,
    expr: expression,
    for: holds,
    labels: { severity },
    annotations: { summary, description: remedy },
  };
}
