import type { World, WorldCluster } from "../../worlds/types.js";
import { releaseOf } from "../kernel/releases.js";

/** How a cluster of a world is to differ from how the world describes it. */
export interface Profile {
  readonly cluster: string;
  /** `9.12.1`; the releases the reference tells apart are 9.8 to 9.16.1. */
  readonly release?: string;
  readonly platform?: WorldCluster["platform"];
  /** A login for scripts: confined to the SVM, or not. */
  readonly scope?: "cluster" | "svm";
}

/** The releases the simulator is tried in. */
export const RELEASES = ["9.8", "9.9.1", "9.10.1", "9.11.1", "9.12.1", "9.13.1", "9.14.1", "9.15.1", "9.16.1"] as const;

/** The world with one of its clusters in another release, on another platform, or with its `sluice` login in another scope. */
export function withProfile(world: World, profile: Profile): World {
  if (!world.clusters.some((each) => each.name === profile.cluster))
    throw new Error(`world ${world.name} has no cluster ${profile.cluster}`);
  return {
    ...world,
    clusters: world.clusters.map((each) => (each.name === profile.cluster ? changed(each, profile) : each)),
  };
}

function changed(cluster: WorldCluster, { release, platform, scope }: Profile): WorldCluster {
  const placed = platform === "cvo-single" ? onOneNode(cluster) : cluster;
  const svm = cluster.svms[0]?.name;
  return {
    ...placed,
    release: release === undefined ? cluster.release : releaseOf(release),
    platform: platform ?? cluster.platform,
    logins: cluster.logins.map((login) => {
      if (scope === undefined || login.role !== "sluice") return login;
      const { svm: _, ...rest } = login;
      return scope === "svm" && svm !== undefined ? { ...rest, svm } : rest;
    }),
  };
}

/** Everything of the second node moves to the first; its iSCSI and intercluster LIFs stay as further addresses there. */
function onOneNode(cluster: WorldCluster): WorldCluster {
  const node = cluster.nodes[0] ?? "";
  return {
    ...cluster,
    nodes: [node],
    aggregates: cluster.aggregates.map((each) => ({ ...each, node })),
    lifs: cluster.lifs.map((each) => ({ ...each, node })),
  };
}
