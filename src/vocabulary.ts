import type { Config } from "./config/types.js";
import { phrasebooks, type Vocabulary } from "./requests/index.js";

/** Everything that has a name, from the configuration and the registry: what sentences are read by. */
export function vocabularyOf(
  config: Pick<Config, "sets" | "hosts" | "clusters">,
  isAvailable: (name: string) => boolean,
): Vocabulary {
  const purposes = new Map<string, Set<string>>();
  for (const purpose of config.hosts.flatMap((host) => host.purposes)) {
    purposes.set(purpose.name, new Set([...(purposes.get(purpose.name) ?? []), ...purpose.aliases]));
  }
  return {
    runbooks: phrasebooks(isAvailable),
    sets: config.sets.map(({ name, aliases, members }) => ({
      name,
      aliases,
      volumes: members.map((member) => member.source.volume),
      mirrors: members.map((member) => member.mirror.volume),
    })),
    hosts: config.hosts.map(({ name, aliases, purposes: of }) => ({
      name,
      aliases,
      purposes: of.map((purpose) => purpose.name),
    })),
    purposes: [...purposes].map(([name, aliases]) => ({ name, aliases: [...aliases] })),
    clusters: config.clusters.map(({ name, profile, svm }) => ({
      name,
      platform: profile === "onprem" ? "onprem" : "cvo",
      svms: svmsOn(config, name, svm),
    })),
  };
}

/** SVMs of a cluster that anything is said of: where sets lie, and whose login we have. */
function svmsOn({ sets }: Pick<Config, "sets">, cluster: string, own: string | undefined): readonly string[] {
  const places = sets.flatMap(({ members }) => members.flatMap(({ source, mirror }) => [source, mirror]));
  const named = places.filter((place) => place.cluster === cluster).map((place) => place.svm);
  return [...new Set(own === undefined ? named : [...named, own])];
}
