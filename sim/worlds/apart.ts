import { epic } from "./epic.js";
import type { World, WorldCluster } from "./types.js";

/** `sluice` may set up peering too, all over the cluster: on the array it is the operator's login. */
const settingUp = (cluster: WorldCluster): WorldCluster["logins"] =>
  cluster.logins.map(({ user, password, role }) => ({
    user,
    password,
    role: user === "sluice" ? "sluice-setup" : role,
  }));

/** No intercluster interface yet: their ports are cabled, in no broadcast domain. */
const array = (cluster: WorldCluster): WorldCluster => ({
  ...cluster,
  lifs: cluster.lifs.filter(({ kind }) => kind !== "intercluster"),
  nics: cluster.nodes.map((node) => ({ node, port: "e0e", address: "" })),
  logins: settingUp(cluster),
});

/** As BlueXP leaves it: interfaces and an SVM, and no volume. */
const cvo = (cluster: WorldCluster): WorldCluster => ({
  ...cluster,
  volumes: [],
  licences: ["flexclone", "iscsi", "snapmirror", "snaprestore", "volume_encryption", "mt_ek_mgmt"],
  logins: settingUp(cluster),
});

/**
 * Both clusters of `epic` stand and have never heard of each other: no intercluster interfaces on the array, no peers, no mirrors, nor a policy
 * or schedule for them.
 */
export const apart: World = {
  ...epic,
  name: "apart",
  slack: { ...epic.slack, hints: ["connect the clusters", "peer the svms", "protect prod"] },
  peered: false,
  mirrors: [],
  policies: [],
  schedules: epic.schedules.filter(({ name }) => name !== "epic_15min"),
  clusters: epic.clusters.map((cluster) => (cluster.platform === "onprem" ? array(cluster) : cvo(cluster))),
};

/** The same, where CVO's replication is to have a network of its own: a NIC more on each node, which nobody has attached yet. */
export const apartNic: World = {
  ...apart,
  name: "apart-nic",
  overrides: {
    "clusters.cvo-eastus2.intercluster": {
      ipspace: "ips_cvo",
      broadcastDomain: "bd_cvo",
      interfaces: [
        { name: "ic_repl_01", node: "cvo-eastus2-01", port: "e0e", address: "10.8.8.21", prefix: 24 },
        { name: "ic_repl_02", node: "cvo-eastus2-02", port: "e0e", address: "10.8.8.22", prefix: 24 },
      ],
      gateway: "10.8.8.1",
      remoteNetworks: ["10.7.0.0/24"],
    },
  },
};

/** The same, where the array belongs to the provider: `sluice` sees one SVM of it, so every step on its cluster is done by a person. */
export const apartSvm: World = {
  ...apart,
  name: "apart-svm",
  clusters: apart.clusters.map((cluster, i) =>
    cluster.platform === "onprem" ? { ...cluster, logins: epic.clusters[i]?.logins ?? [] } : cluster,
  ),
  overrides: { "clusters.ali-ontap-01.scope": "svm", "clusters.ali-ontap-01.svm": "svm_epic" },
};
