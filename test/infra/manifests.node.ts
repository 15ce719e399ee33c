import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, parseAllDocuments } from "yaml";
import type { Manifest } from "./manifest-kinds.ts";

const folder: string = fileURLToPath(new URL("../../infra/kubernetes", import.meta.url));

/** The ways to run it. */
export const overlays = ["disk", "replicas"] as const;
export type Overlay = (typeof overlays)[number];

interface Kustomization {
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly images?: readonly Image[];
  readonly patches?: readonly {
    readonly path: string;
    readonly target: { readonly kind: string };
  }[];
}

interface Image {
  readonly name: string;
  readonly newName: string;
  readonly newTag: string;
}

/** The resources of an overlay put together as kustomize would, as far as these need it: names stay as they are written. */
export function manifestsOf(overlay: Overlay): readonly Manifest[] {
  const components = kustomization(overlay).components ?? [];
  return components.reduce(
    (sofar, component) => applied(join(overlay, component), sofar),
    resourcesOf(overlay),
  );
}

/** Where the image of the pod comes from. */
export function image(): Image {
  const [first] = kustomization("pod").images ?? [];
  if (first === undefined) throw new Error("the component of the pod names no image");
  return first;
}

/** A file of infra/kubernetes. */
export function read(path: string): unknown {
  return parse(readFileSync(join(folder, path), "utf8"));
}

/** Whether the program that puts them together for real is there. */
export const hasKubectl: boolean = spawnSync("kubectl", ["version", "--client"]).status === 0;

export function kustomized(overlay: Overlay): readonly Manifest[] {
  const text = execFileSync("kubectl", ["kustomize", join(folder, overlay)], { encoding: "utf8" });
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

function kustomization(path: string): Kustomization {
  return read(join(path, "kustomization.yaml")) as Kustomization;
}

function resourcesOf(path: string): readonly Manifest[] {
  const { resources = [] } = kustomization(path);
  return resources.flatMap((name) =>
    name.endsWith(".yaml") ? [read(join(path, name)) as Manifest] : resourcesOf(join(path, name)),
  );
}

/** What a component makes of manifests. */
function applied(component: string, manifests: readonly Manifest[]): readonly Manifest[] {
  const { patches = [] } = kustomization(component);
  const patched = patches.reduce(
    (all, { path, target }) =>
      all.map((each) => {
        if (!new RegExp(`^(?:${target.kind})$`).test(each.kind)) return each;
        const { spec } = read(join(component, path)) as Manifest;
        return { ...each, spec: merged(each.spec, spec) };
      }),
    manifests,
  );
  return [...patched, ...resourcesOf(component)];
}

/** As strategic merges do it: what has a name goes with what has the same one, and what is new stands first. */
function merged(one: unknown, other: unknown): unknown {
  if (isList(one) && isList(other)) {
    const key = other.some((each) => "mountPath" in each) ? "mountPath" : "name";
    const news = other.filter((each) => !one.some((old) => old[key] === each[key]));
    const olds = one.map((old) => merged(old, other.find((each) => each[key] === old[key]) ?? {}));
    return [...news, ...olds];
  }
  if (!isFields(one) || !isFields(other)) return other;
  const added = Object.entries(other).map(
    ([name, value]) => [name, name in one ? merged(one[name], value) : value] as const,
  );
  return { ...one, ...Object.fromEntries(added) };
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is readonly Fields[] {
  return Array.isArray(value) && value.every(isFields);
}
