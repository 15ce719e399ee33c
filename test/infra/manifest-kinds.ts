/** A resource of Kubernetes. What the tests look at of the kinds that there are stands below. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Labels };
  readonly spec?: unknown;
}

type Labels = Readonly<Record<string, string>>;

interface Named {
  readonly name: string;
}

interface Selector {
  readonly matchLabels: Labels;
}

/** A StatefulSet or a Deployment. */
export interface Workload extends Manifest {
  readonly spec: {
    readonly replicas?: number;
    readonly strategy?: { readonly rollingUpdate: unknown };
    readonly selector: Selector;
    readonly template: { readonly metadata: { readonly labels: Labels }; readonly spec: Pod };
    readonly volumeClaimTemplates?: readonly Claim[];
  };
}

interface Claim {
  readonly metadata: Named;
  readonly spec: { readonly resources: { readonly requests: { readonly storage: string } } };
}

export interface Pod {
  readonly containers: readonly [Container];
  readonly volumes: readonly Named[];
  readonly enableServiceLinks: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly topologySpreadConstraints?: readonly { readonly labelSelector: Selector }[];
}

export interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly ports: unknown;
  readonly securityContext: unknown;
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly resources: { readonly requests: Memory; readonly limits: Memory };
  readonly volumeMounts: readonly (Named & { readonly mountPath: string })[];
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface Memory {
  readonly memory: string;
}

export interface Service extends Manifest {
  readonly spec: {
    readonly selector: Labels;
    readonly ports: readonly (Named & { readonly targetPort: string })[];
  };
}

export interface NetworkPolicy extends Manifest {
  readonly spec: {
    readonly podSelector: Selector;
    readonly ingress: readonly [{ readonly ports: readonly { readonly port: string }[] }];
  };
}

export interface DisruptionBudget extends Manifest {
  readonly spec: { readonly selector: Selector; readonly maxUnavailable: number };
}

export interface Autoscaler extends Manifest {
  readonly spec: { readonly scaleTargetRef: unknown; readonly minReplicas: number };
}

export interface ServiceMonitor extends Manifest {
  readonly spec: {
    readonly selector: Selector;
    readonly endpoints: readonly [{ readonly port: string }];
  };
}
