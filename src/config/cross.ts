import { durationMs } from "../core/units.js";
import type { Policy } from "../approvals/policy.js";
import { nearest } from "../core/nearest.js";
import { type Path } from "./mistakes.js";
import type { ClusterConfig, HostConfig, SetConfig } from "./types.js";

/** An entry that was understood, and where it stands. */
export interface Placed<T> {
  readonly index: number;
  readonly value: T;
}

/** What the sections say about one another. Names come from everything written, so that one bad entry makes no second mistake elsewhere. */
export interface CrossInput {
  readonly clusters: readonly Placed<ClusterConfig>[];
  readonly sets: readonly Placed<SetConfig>[];
  readonly hosts: readonly Placed<HostConfig>[];
  readonly names: {
    readonly clusters: readonly string[];
    readonly sets: readonly string[];
    readonly hosts: readonly string[];
  };
  readonly leases: { readonly default: string; readonly max: string } | undefined;
  readonly policy: Policy | undefined;
  readonly usesRunCommand: boolean;
  readonly hasAzure: boolean;
  readonly hasBluexp: boolean;
  /** Names under `secrets`. */
  readonly secrets: readonly string[];
}

export type Tell = (path: Path, says: string) => void;

export function crossCheck(input: CrossInput, tell: Tell): void {
  for (const list of ["clusters", "sets", "hosts"] as const) {
    input.names[list].forEach((name, i) => {
      if (input.names[list].indexOf(name) !== i)
        tell([list, i, "name"], `"${name}" is the name of another entry already`);
    });
  }
  checkWords(input, tell);
  for (const { index, value } of input.sets) checkSet(value, ["sets", index], input, tell);
  for (const { index, value } of input.hosts) checkHost(value, ["hosts", index], input, tell);
  if (input.leases && durationMs(input.leases.default) > durationMs(input.leases.max))
    tell(["leases", "default"], "is longer than leases.max");
  if (input.usesRunCommand && !input.hasAzure) tell(["azure"], "is missing: a host is reached by Run Command");
  checkDeployments(input, tell);
  if (input.policy) checkPolicy(input.policy, tell);
}

/** What BlueXP is to deploy, it has to be reached for, and only a CVO can be. */
function checkDeployments(input: CrossInput, tell: Tell): void {
  if (input.hasBluexp && !input.hasAzure) tell(["azure"], "is missing: BlueXP's systems stand in Azure");
  for (const { index, value } of input.clusters) {
    if (!value.deploy) continue;
    const at: Path = ["clusters", index, "deploy"];
    if (value.profile === "onprem") tell(at, 'belongs to a cluster of profile "cvo-ha" or "cvo-single"');
    if (!input.hasBluexp) tell(["bluexp"], `is missing: ${value.name} is deployed by it`);
    const { adminPassword, zones } = value.deploy;
    if (!input.secrets.includes(adminPassword))
      tell([...at, "adminPassword"], unknown('entry of "secrets"', adminPassword, input.secrets));
    if (value.profile === "cvo-single" && zones.length > 1) tell([...at, "zones"], "a single node stands in one zone");
  }
}

function unknown(kind: string, name: string, among: readonly string[]): string {
  const [near] = nearest(name, among, 1, true);
  return `"${name}" is no ${kind} of this file${near ? `; did you mean "${near}"?` : among.length > 0 ? `: there ${among.length === 1 ? "is" : "are"} ${among.join(", ")}` : ""}`;
}

/** A word people type must mean one set. Hosts and purposes share words on purpose: several hosts may train. */
function checkWords(input: CrossInput, tell: Tell): void {
  const taken = new Map<string, string>();
  for (const { index, value } of input.sets) {
    [value.name, ...value.aliases].forEach((word, i) => {
      const key = word.toLowerCase();
      const other = taken.get(key);
      if (other !== undefined && other !== value.name)
        tell(["sets", index, ...(i === 0 ? ["name"] : ["aliases", i - 1])], `"${word}" already means the set ${other}`);
      taken.set(key, other ?? value.name);
    });
  }
}

function checkSet(set: SetConfig, at: Path, input: CrossInput, tell: Tell): void {
  const volumes = new Set<string>();
  set.members.forEach((member, i) => {
    for (const side of ["source", "mirror"] as const) {
      const { cluster, svm, volume } = member[side];
      const path = [...at, "members", i, side];
      if (!input.names.clusters.includes(cluster))
        tell([...path, "cluster"], unknown("cluster", cluster, input.names.clusters));
      const login = input.clusters.find((each) => each.value.name === cluster)?.value;
      if (login?.scope === "svm" && login.svm !== svm)
        tell([...path, "svm"], `is "${svm}", and the login of ${cluster} only sees ${login.svm ?? "one other"}`);
      const id = `${cluster}/${svm}/${volume}`;
      if (volumes.has(id)) tell([...path, "volume"], `${id} is in this set twice`);
      volumes.add(id);
    }
  });
  set.productionHosts.forEach((name, i) => {
    const path = [...at, "productionHosts", i];
    if (!input.names.hosts.includes(name)) return tell(path, unknown("host", name, input.names.hosts));
    const host = input.hosts.find((each) => each.value.name === name)?.value;
    if (host && host.environment !== "production") tell(path, `${name} is not a production host`);
  });
  if (set.freeze?.host !== undefined && !set.productionHosts.includes(set.freeze.host))
    tell([...at, "freeze", "host"], unknown("production host of this set", set.freeze.host, set.productionHosts));
  const sources = set.members.map(({ source }) => source.volume);
  const groups = set.layout.volumeGroups;
  groups.forEach((group, i) =>
    group.volumes?.forEach((volume, j) => {
      const path = [...at, "layout", "volumeGroups", i, "volumes", j];
      if (!sources.includes(volume)) tell(path, unknown("volume of this set", volume, sources));
      else if (groups.some((other, k) => k < i && other.volumes?.includes(volume)))
        tell(path, `${volume} is in another volume group already`);
    }),
  );
  const points = set.layout.volumeGroups.flatMap((group) => group.logicalVolumes.map((volume) => volume.mountPoint));
  points.forEach((point, i) => {
    if (points.indexOf(point) !== i) tell([...at, "layout"], `mounts ${point} twice`);
  });
}

function checkHost(host: HostConfig, at: Path, input: CrossInput, tell: Tell): void {
  const points: string[] = [];
  host.purposes.forEach((purpose, i) => {
    const path = [...at, "purposes", i];
    if (purpose.set !== undefined && !input.names.sets.includes(purpose.set))
      tell([...path, "set"], unknown("set", purpose.set, input.names.sets));
    for (const key of ["mountPoint", "drillMountPoint"] as const) {
      const point = purpose[key];
      if (point === undefined) continue;
      if (points.includes(point)) tell([...path, key], `${point} is taken by another purpose of this host`);
      points.push(point);
    }
  });
  const twin = input.hosts.find(
    (each) =>
      each.value.name !== host.name &&
      ((host.iqn !== undefined && each.value.iqn === host.iqn) ||
        each.value.wwpns.some((wwpn) => host.wwpns.includes(wwpn))),
  );
  if (twin)
    tell(
      [...at, host.iqn !== undefined && twin.value.iqn === host.iqn ? "iqn" : "wwpns"],
      `is the initiator of ${twin.value.name} too: LUNs for one would be seen by both`,
    );
}

function checkPolicy(policy: Policy, tell: Tell): void {
  const groups = Object.keys(policy.groups);
  const check = (name: string, path: Path): void => {
    if (!groups.includes(name)) tell(path, unknown("approver group", name, groups));
  };
  policy.operators.forEach((name, i) => check(name, ["policy", "operators", i]));
  for (const [runbook, names] of Object.entries(policy.askers))
    names.forEach((name, i) => check(name, ["policy", "askers", runbook, i]));
  policy.rules.forEach((rule, i) => {
    if (rule.needs !== "nobody")
      for (const name of Object.keys(rule.needs)) check(name, ["policy", "rules", i, "needs", name]);
  });
  const ids = new Map<string, string>();
  for (const [name, { id }] of Object.entries(policy.groups)) {
    const other = ids.get(id);
    if (other !== undefined)
      tell(["policy", "groups", name, "id"], `is the group ${other} too: one yes would be asked for twice`);
    ids.set(id, name);
  }
}
