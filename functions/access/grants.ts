import { limits } from "../../shared/limits.ts";
import type { InstanceName } from "../../shared/digest/instance-name.ts";
import {
  type Allowance,
  type Namespace,
  type Principal,
  readRights,
  type Right,
  type Standing,
  writeRights,
} from "../../shared/stores/call.ts";
import {
  above,
  covers,
  includes,
  type InstanceGlob,
  isBeneath,
  parseGlob,
} from "../../shared/digest/instance-glob.ts";
import type { GrantSetting, GrantsSetting } from "./policy.ts";

/** Rights in some instances. */
export interface Grant {
  readonly instances: InstanceGlob;
  readonly rights: ReadonlySet<Right>;
}

const bundles = { read: readRights, write: writeRights } as const;

/** Throws INVALID_ARGUMENT where a name is none, as the parts that claims fill in may not be. */
export function grantOf({ instance, rights }: GrantSetting): Grant {
  const all = rights.flatMap((name) =>
    name === "read" || name === "write" ? [...bundles[name]] : [name],
  );
  return { instances: parseGlob(instance), rights: new Set(all) };
}

/** Somebody whom the policy grants something by itself, without claims. */
export function principalOf(
  subject: string,
  { grants, allowance }: GrantsSetting,
  sharing: readonly InstanceName[],
): Principal {
  return new GrantedPrincipal(subject, grants.map(grantOf), sharing, allowance);
}

/** Standings that are remembered of one principal: builds name few instances. */
const MAX_STANDINGS = 64;

/** Somebody whose rights are those of the grants, and none beside. */
export class GrantedPrincipal implements Principal {
  readonly subject: string;
  readonly allowance: Allowance;
  readonly #grants: readonly Grant[];
  readonly #sharing: readonly InstanceName[];
  readonly #standings = new Map<InstanceName, Standing>();

  /** `sharing` are instances whose blobs all beneath them share. */
  constructor(
    subject: string,
    grants: readonly Grant[],
    sharing: readonly InstanceName[] = [],
    allowance: Allowance = {},
  ) {
    this.subject = subject;
    this.allowance = allowance;
    this.#grants = grants;
    this.#sharing = sharing;
  }

  standingIn(instanceName: InstanceName): Standing {
    const known = this.#standings.get(instanceName);
    if (known !== undefined) return known;
    const { blobScope } = this.#namespaceOf(instanceName);
    const standing: Standing = {
      ...(blobScope === undefined ? {} : { blobScope }),
      rights: this.#rightsIn(instanceName),
      inherits: this.#readableAbove(instanceName),
    };
    if (this.#standings.size >= MAX_STANDINGS) this.#standings.clear();
    this.#standings.set(instanceName, standing);
    return standing;
  }

  /** One grant has to say so: rights in each instance that there is are none in the next one. */
  hasThroughout(right: Right, instances: InstanceGlob): boolean {
    return this.#grants.some(
      (grant) => grant.rights.has(right) && includes(grant.instances, instances),
    );
  }

  #rightsIn(instanceName: InstanceName): ReadonlySet<Right> {
    const grants = this.#grants.filter(({ instances }) => covers(instances, instanceName));
    return new Set(grants.flatMap(({ rights }) => [...rights]));
  }

  /** Nothing is inherited from where one may not look oneself. */
  #readableAbove(instanceName: InstanceName): readonly Namespace[] {
    return above(instanceName)
      .filter((name) => {
        const rights = this.#rightsIn(name);
        return [...readRights].every((right) => rights.has(right));
      })
      .slice(0, limits.inheritedInstances)
      .map((name) => this.#namespaceOf(name));
  }

  #namespaceOf(instanceName: InstanceName): Namespace {
    const blobScope = this.#sharing
      .filter((top) => isBeneath(instanceName, top))
      .toSorted((one, other) => one.length - other.length)[0];
    return { instanceName, ...(blobScope === undefined ? {} : { blobScope }) };
  }
}
