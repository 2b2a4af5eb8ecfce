import { Refusal } from "../core/problems.js";
import { nearest } from "./mistakes.js";
import type { ClusterConfig, Config, HostConfig, HostPurpose, SetConfig } from "./types.js";

/** Look-ups in the inventory by the words people use. Case does not matter. */

export function findSet(config: Config, word: string): SetConfig | undefined {
  return config.sets.find((set) => [set.name, ...set.aliases].some(is(word)));
}
export function findHost(config: Config, word: string): HostConfig | undefined {
  return config.hosts.find((host) => [host.name, ...host.aliases].some(is(word)));
}

/** Every place a purpose (or one of its other names) is served, with the purpose as that host has it. */
export function listPurpose(config: Config, word: string): { host: HostConfig; purpose: HostPurpose }[] {
  return config.hosts.flatMap((host) =>
    host.purposes
      .filter((purpose) => [purpose.name, ...purpose.aliases].some(is(word)))
      .map((purpose) => ({ host, purpose })),
  );
}

export function getSet(config: Config, word: string): SetConfig {
  return (
    findSet(config, word) ??
    refuse(
      "set",
      word,
      config.sets.map((set) => set.name),
    )
  );
}
export function getHost(config: Config, word: string): HostConfig {
  return (
    findHost(config, word) ??
    refuse(
      "host",
      word,
      config.hosts.map((host) => host.name),
    )
  );
}
export function getCluster(config: Config, name: string): ClusterConfig {
  return (
    config.clusters.find((cluster) => cluster.name === name) ??
    refuse(
      "cluster",
      name,
      config.clusters.map((cluster) => cluster.name),
    )
  );
}

const is = (word: string) => (each: string) => each.toLowerCase() === word.toLowerCase();

function refuse(kind: string, word: string, names: readonly string[]): never {
  const near = nearest(word, names);
  throw new Refusal(`I know no ${kind} called "${word}".`, {
    next: near ? `Did you mean ${near}?` : `There ${names.length === 1 ? "is" : "are"} ${names.join(", ")}.`,
  });
}
