import type { ClusterConfig, HostConfig, HostPurpose, SetConfig, VolumeRef } from "../config/types.js";
import { listed } from "../core/listed.js";
import { offered } from "../core/nearest.js";
import { Refusal } from "../core/problems.js";
import type { Inventory } from "./tools.js";

export { listed };

const nothing = "Nothing was changed.";

/** The cluster of that name. Throws a Refusal that names the nearest. */
export function getCluster({ clusters }: Pick<Inventory, "clusters">, name: string): ClusterConfig {
  const cluster = clusters.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (cluster) return cluster;
  const names = offered(
    name,
    clusters.map((each) => each.name),
  );
  throw new Refusal(`I know no cluster called "${name}". The nearest: ${listed(names)}.`, { next: nothing });
}

/** The set of that name or alias. Throws a Refusal that names the nearest. */
export function getSet(inventory: Inventory, said: string): SetConfig {
  const set = inventory.sets.find((each) =>
    [each.name, ...each.aliases].some((name) => name.toLowerCase() === said.toLowerCase()),
  );
  if (set) return set;
  const names = inventory.sets.map((each) => each.name);
  throw new Refusal(`I know no set called "${said}". The nearest: ${listed(offered(said, names))}.`, { next: nothing });
}

/** The same of a host. */
export function getHost(inventory: Inventory, said: string): HostConfig {
  const host = inventory.hosts.find((each) =>
    [each.name, ...each.aliases].some((name) => name.toLowerCase() === said.toLowerCase()),
  );
  if (host) return host;
  const names = inventory.hosts.map((each) => each.name);
  throw new Refusal(`I know no host called "${said}". The nearest: ${listed(offered(said, names))}.`, {
    next: nothing,
  });
}

const isPurpose = (purpose: HostPurpose, said: string): boolean =>
  [purpose.name, ...purpose.aliases].some((name) => name.toLowerCase() === said.toLowerCase());
const fits = (purpose: HostPurpose, set: SetConfig): boolean => purpose.set === undefined || purpose.set === set.name;

/** Where a clone goes: host, purpose and the mount point it has there. Throws a Refusal where that is not one place. */
export function cloneTarget(
  inventory: Inventory,
  set: SetConfig,
  wanted: { readonly host?: string | undefined; readonly purpose?: string | undefined },
): { host: HostConfig; purpose: HostPurpose } {
  const places = inventory.hosts.flatMap((host) => host.purposes.map((purpose) => ({ host, purpose })));
  const named = wanted.host === undefined ? undefined : getHost(inventory, wanted.host);
  if (named?.environment === "production") {
    throw new Refusal(`${named.name} is a production host: a clone is never mounted there.`, {
      next: `Name one of ${listed(cloneHosts(inventory, set))}. ${nothing}`,
    });
  }
  const { purpose } = wanted;
  if (purpose !== undefined && !places.some((place) => isPurpose(place.purpose, purpose))) {
    const names = [...new Set(places.map((place) => place.purpose.name))];
    throw new Refusal(`I know no purpose called "${purpose}". The nearest: ${listed(offered(purpose, names))}.`, {
      next: nothing,
    });
  }
  const fitting = places.filter(
    (place) =>
      (!named || place.host === named) &&
      (purpose === undefined || isPurpose(place.purpose, purpose)) &&
      place.host.environment !== "production",
  );
  const suited = fitting.filter((place) => fits(place.purpose, set));
  const [first, ...others] = suited;
  if (first && others.length === 0) return first;
  throw first ? severalPlaces(set, suited) : nowhere(set, fitting, inventory, wanted);
}

/** Every place clones of a set may go to. */
export const listClonePlaces = (
  inventory: Inventory,
  set: SetConfig,
): readonly { readonly host: HostConfig; readonly purpose: HostPurpose }[] =>
  inventory.hosts
    .filter((host) => host.environment !== "production")
    .flatMap((host) => host.purposes.filter((purpose) => fits(purpose, set)).map((purpose) => ({ host, purpose })));

const cloneHosts = (inventory: Inventory, set: SetConfig): string[] => [
  ...new Set(listClonePlaces(inventory, set).map(({ host }) => host.name)),
];

function nowhere(
  set: SetConfig,
  fitting: readonly { host: HostConfig; purpose: HostPurpose }[],
  inventory: Inventory,
  wanted: { readonly host?: string | undefined; readonly purpose?: string | undefined },
): Refusal {
  const where = wanted.host ?? wanted.purpose ?? "there";
  const meant = fitting[0]?.purpose.set;
  const why =
    meant === undefined
      ? `${where} is not set up for clones of ${set.name}`
      : `${where} is meant for clones of ${meant}, not of ${set.name}`;
  const names = cloneHosts(inventory, set);
  return new Refusal(`${why}.`, {
    next: `${names.length > 0 ? `Clones of ${set.name} can go to ${listed(names)}. ` : ""}${nothing}`,
  });
}

function severalPlaces(set: SetConfig, places: readonly { host: HostConfig; purpose: HostPurpose }[]): Refusal {
  const choices = places.slice(0, 5).map(({ host, purpose }) => ({
    label: `${purpose.name} on ${host.name}`,
    say: `clone ${set.name} for ${purpose.name} on ${host.name}`,
  }));
  return new Refusal(
    `Where should the clone of ${set.name} go? It could be ${listed(places.map(({ host, purpose }) => `${host.name} (${purpose.name})`))}.`,
    {
      next: nothing,
      detail: { choices },
    },
  );
}

/** The set whose mirror (or source) that volume is. */
export const setOfVolume = (inventory: Inventory, volume: VolumeRef): SetConfig | undefined =>
  inventory.sets.find((set) => set.members.some(({ source, mirror }) => same(source, volume) || same(mirror, volume)));

const same = (a: VolumeRef, b: VolumeRef): boolean =>
  a.cluster === b.cluster && a.svm === b.svm && a.volume === b.volume;

/** Every place mirrors live: one entry per cluster and SVM. Clones live there too. */
export function mirrorPlaces(inventory: Inventory): readonly { cluster: string; svm: string }[] {
  const keys = new Map(
    inventory.sets.flatMap((set) =>
      set.members.map(
        ({ mirror }) => [`${mirror.cluster}/${mirror.svm}`, { cluster: mirror.cluster, svm: mirror.svm }] as const,
      ),
    ),
  );
  return [...keys.values()];
}
