import type { HostConfig, SetConfig, VolumeRef } from "../config/types.js";
import type { Touch } from "../core/plan.js";
import type { Environment, Resource } from "../core/resource.js";

/** How locks and policy know things: by cluster, SVM and name, which two runs that mean the same object both know before it exists. */
export const volumeResource = (
  at: VolumeRef,
  environment: Environment,
  labels: Record<string, string> = {},
): Resource => ({
  kind: "volume",
  id: `${at.cluster}/${at.svm}/${at.volume}`,
  name: `${at.cluster}:${at.svm}:${at.volume}`,
  environment,
  labels,
});

export const mirrorResource = (mirror: VolumeRef): Resource => ({
  kind: "relationship",
  id: `${mirror.cluster}/mirror/${mirror.svm}/${mirror.volume}`,
  name: `mirror ${mirror.volume} on ${mirror.cluster}`,
  environment: "dr",
  labels: {},
});

export const igroupResource = (cluster: string, svm: string, igroup: string): Resource => ({
  kind: "igroup",
  id: `${cluster}/${svm}/igroup/${igroup}`,
  name: `igroup ${igroup} on ${cluster}`,
  environment: "infrastructure",
  labels: {},
});

/** A cluster's own settings: its network, whom it knows. */
export const clusterResource = (cluster: string): Resource => ({
  kind: "cluster",
  id: `cluster/${cluster}`,
  name: cluster,
  environment: "infrastructure",
  labels: {},
});

export const svmResource = (cluster: string, svm: string): Resource => ({
  kind: "svm",
  id: `${cluster}/svm/${svm}`,
  name: `${svm} on ${cluster}`,
  environment: "infrastructure",
  labels: {},
});

export const hostResource = (host: Pick<HostConfig, "name" | "environment" | "clearedForPatientData">): Resource => ({
  kind: "host",
  id: `host/${host.name}`,
  name: host.name,
  environment: host.environment,
  labels: { clearedForPatientData: String(host.clearedForPatientData) },
});

export const changes = (resource: Resource): Touch => ({ resource, as: "changes" });
export const reads = (resource: Resource): Touch => ({ resource, as: "reads" });

/** The environment a set's own volumes are in. */
export const environmentOf = (set: Pick<SetConfig, "environment">): Environment => set.environment;
