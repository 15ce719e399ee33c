import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";
import { healthCheckAt } from "../../functions/handlers/http-health.ts";
import { readFlags } from "../../functions/node/commands/flags.node.ts";
import { checkServe } from "../../functions/node/config/check-serve.node.ts";
import { configFlag, serveFlags } from "../../functions/node/options/serve-flags.node.ts";
import { limits } from "../../shared/limits.ts";
import { read as readFile } from "../tidy/repository.node.ts";
import { dockerfile } from "./dockerfile.node.ts";
import type {
  Autoscaler,
  Container,
  DisruptionBudget,
  Manifest,
  NetworkPolicy,
  Pod,
  Service,
  ServiceMonitor,
  Workload,
} from "./manifest-kinds.ts";
import {
  hasKubectl,
  image,
  kustomized,
  manifestsOf,
  type Overlay,
  overlays,
  read,
} from "./manifests.node.ts";

/** The one resource of these kinds. */
function ofKind(all: readonly Manifest[], ...kinds: readonly string[]): Manifest {
  const [found, ...others] = all.filter(({ kind }) => kinds.includes(kind));
  if (found === undefined || others.length > 0) throw new Error(`there is not one ${kinds.join()}`);
  return found;
}

const workloadOf = (all: readonly Manifest[]): Workload =>
  ofKind(all, "StatefulSet", "Deployment") as Workload;
const podOf = (all: readonly Manifest[]): Pod => workloadOf(all).spec.template.spec;
const containerOf = (all: readonly Manifest[]): Container => podOf(all).containers[0];

function mountOf({ volumeMounts }: Container, name: string): string | undefined {
  return volumeMounts.find((mount) => mount.name === name)?.mountPath;
}

function namesOf(named: readonly { readonly name: string }[]): readonly string[] {
  return named.map(({ name }) => name).toSorted((one, other) => one.localeCompare(other));
}

/** What is checked of manifests, whoever has put them together. */
function checksOf(overlay: Overlay, all: () => readonly Manifest[]): void {
  it("every selector finds the pod", ({ expect }) => {
    const { selector, template } = workloadOf(all()).spec;
    const { topologySpreadConstraints = [] } = podOf(all());
    const budgets = all().filter(({ kind }) => kind === "PodDisruptionBudget");
    const selectors = [
      selector.matchLabels,
      (ofKind(all(), "Service") as Service).spec.selector,
      (ofKind(all(), "NetworkPolicy") as NetworkPolicy).spec.podSelector.matchLabels,
      ...budgets.map((budget) => (budget as DisruptionBudget).spec.selector.matchLabels),
      ...topologySpreadConstraints.map(({ labelSelector }) => labelSelector.matchLabels),
    ];
    for (const each of selectors) {
      expect(Object.keys(each)).not.toEqual([]);
      expect(template.metadata.labels).toMatchObject(each);
    }
  });

  it("every port that is named is one of the container, and that is the image's", ({ expect }) => {
    const { ports, startupProbe, readinessProbe, livenessProbe } = containerOf(all());
    expect(ports).toEqual([{ name: "cache", containerPort: Number(dockerfile.only("EXPOSE")) }]);
    const service = (ofKind(all(), "Service") as Service).spec;
    const [ingress] = (ofKind(all(), "NetworkPolicy") as NetworkPolicy).spec.ingress;
    const named = [
      ...[startupProbe, readinessProbe, livenessProbe].map(({ httpGet }) => httpGet.port),
      ...service.ports.map(({ targetPort }) => targetPort),
      ...ingress.ports.map(({ port }) => port),
    ];
    expect(new Set(named)).toEqual(new Set(["cache"]));
  });

  it("the probes ask what is answered", ({ expect }) => {
    const { startupProbe, readinessProbe, livenessProbe } = containerOf(all());
    for (const { httpGet } of [startupProbe, readinessProbe, livenessProbe]) {
      expect(healthCheckAt(httpGet.path), httpGet.path).toBeDefined();
    }
    expect(readinessProbe.httpGet.path).toBe("/readyz");
    // A store that does not answer is not mended by a restart.
    expect(livenessProbe.httpGet.path).toBe("/healthz");
  });

  it("the pod is let in where the restricted standard is enforced", ({ expect }) => {
    expect(ofKind(all(), "Namespace").metadata.labels).toMatchObject({
      "pod-security.kubernetes.io/enforce": "restricted",
    });
    expect(podOf(all())).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: Number(dockerfile.only("USER").split(":")[0]),
        seccompProfile: { type: "RuntimeDefault" },
      },
    });
    expect(containerOf(all()).securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  });

  it("it has the time to stop that it may take", ({ expect }) => {
    const { terminationGracePeriodSeconds } = podOf(all());
    const { seconds } = containerOf(all()).lifecycle.preStop.sleep;
    const stopMs = limits.drainMs + limits.lastWordMs + limits.lingerMs;
    expect(terminationGracePeriodSeconds * 1000).toBeGreaterThan(seconds * 1000 + stopMs);
  });

  it("variables that Kubernetes makes of a Service's name are kept out of the server's", ({
    expect,
  }) => {
    expect(podOf(all()).enableServiceLinks).toBe(false);
  });

  it("its memory is bounded, and its processor time is not", ({ expect }) => {
    const { requests, limits: most } = containerOf(all()).resources;
    expect(most).toEqual({ memory: requests.memory });
  });

  it("everything that is mounted is there", ({ expect }) => {
    const { volumes, containers } = podOf(all());
    const { volumeClaimTemplates = [] } = workloadOf(all()).spec;
    const there = [...volumes, ...volumeClaimTemplates.map(({ metadata }) => metadata)];
    const [container] = containers;
    expect(namesOf(container.volumeMounts)).toEqual(namesOf(there));
    const data = overlay === "disk" ? dockerfile.environment["HAYLOFT_DATA"] : undefined;
    expect(mountOf(container, "data")).toBe(data);
  });

  it("the server would start with what it is given", async ({ expect }) => {
    const container = containerOf(all());
    const [command, ...args] = container.args;
    expect(command).toBe("serve");
    const line = readFlags<string>(args, [configFlag, ...serveFlags]);
    const file = line.values["config"] ?? "";
    expect(file).toBe(`${mountOf(container, "config")}/hayloft.jsonc`);
    const here = fileURLToPath(
      new URL(`../../infra/kubernetes/${overlay}/hayloft.jsonc`, import.meta.url),
    );
    const text = readFileSync(here, "utf8");
    expect(text).toContain(`"access": "${mountOf(container, "access")}/access.json"`);
    // Nobody has made the Secret here.
    const values = { config: here, access: "{}" };
    const sources = await checkServe({ values, every: { config: [here] } }, dockerfile.environment);
    expect(sources.get(here)).toContain(overlay === "disk" ? "size" : "bucket");
  });
}

describe.for(overlays)("%s", (overlay) => {
  const manifests = manifestsOf(overlay);
  checksOf(overlay, () => manifests);
});

describe.skipIf(!hasKubectl).for(overlays)("%s, as `kubectl kustomize` makes it", (overlay) => {
  const manifests = hasKubectl ? kustomized(overlay) : [];
  checksOf(overlay, () => manifests);

  it("is what the other checks look at", ({ expect }) => {
    const kindsOf = (all: readonly Manifest[]): readonly string[] =>
      all.map(({ kind }) => kind).toSorted((one, other) => one.localeCompare(other));
    const written = manifestsOf(overlay);
    expect(kindsOf(manifests).filter((kind) => kind !== "ConfigMap")).toEqual(kindsOf(written));
    const { newName, newTag } = image();
    const generated: unknown = expect.stringMatching(/^hayloft-config-/);
    expect(podOf(manifests)).toEqual({
      ...podOf(written),
      containers: [{ ...containerOf(written), image: `${newName}:${newTag}` }],
      // The name of a ConfigMap follows from what is in it.
      volumes: podOf(written).volumes.map((volume) =>
        volume.name === "config" ? { name: "config", configMap: { name: generated } } : volume,
      ),
    });
  });
});

describe("one server", () => {
  it("fills nine tenths of its volume, and no more", ({ expect }) => {
    const gib = (text: string): number => Number(/(\d+)Gi/.exec(text)?.[1]);
    const [claim] = (read("disk/stateful-set.yaml") as Workload).spec.volumeClaimTemplates ?? [];
    const size = gib(readFile("infra/kubernetes/disk/hayloft.jsonc"));
    expect(size / gib(claim?.spec.resources.requests.storage ?? "")).toBeCloseTo(0.9);
  });

  it("has no disruption budget, which would keep its node from being emptied", ({ expect }) => {
    expect(manifestsOf("disk").map(({ kind }) => kind)).not.toContain("PodDisruptionBudget");
    expect((read("disk/stateful-set.yaml") as Workload).spec.replicas).toBe(1);
  });
});

describe("replicas", () => {
  it("their number is the autoscaler's alone, and never below two", ({ expect }) => {
    const deployment = read("replicas/deployment.yaml") as Workload;
    expect(deployment.spec).not.toHaveProperty("replicas");
    const { scaleTargetRef, minReplicas } = (read("replicas/autoscaler.yaml") as Autoscaler).spec;
    expect(scaleTargetRef).toEqual({
      apiVersion: deployment.apiVersion,
      kind: deployment.kind,
      name: deployment.metadata.name,
    });
    expect(minReplicas).toBeGreaterThanOrEqual(2);
  });

  it("one at a time goes, and a new one serves before", ({ expect }) => {
    expect(
      (read("replicas/pod-disruption-budget.yaml") as DisruptionBudget).spec.maxUnavailable,
    ).toBe(1);
    expect((read("replicas/deployment.yaml") as Workload).spec.strategy?.rollingUpdate).toEqual({
      maxUnavailable: 0,
      maxSurge: 1,
    });
  });
});

describe("all of them", () => {
  it("the image is named in one place, with the version of this", ({ expect }) => {
    const { version } = JSON.parse(readFile("package.json")) as { version: string };
    expect(image()).toMatchObject({ name: "hayloft", newTag: version });
    expect(containerOf([{ ...(read("pod/pod.yaml") as Workload), kind: "Deployment" }]).image).toBe(
      image().name,
    );
  });

  it("Prometheus is told of a port that the Service has", ({ expect }) => {
    const { spec } = read("prometheus/service-monitor.yaml") as ServiceMonitor;
    const service = read("base/service.yaml") as Service;
    expect(service.metadata.labels).toMatchObject(spec.selector.matchLabels);
    expect(service.spec.ports.map(({ name }) => name)).toContain(spec.endpoints[0].port);
  });
});
