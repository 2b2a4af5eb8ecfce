import type { FabricState } from "../fabric.js";

/** Every two clusters and their SVMs know each other; aliases are the remote names. */
export function seedPeers(fabric: FabricState): void {
  const all = [...fabric.clusters.values()];
  for (const here of all) {
    for (const there of all.filter((each) => each !== here)) {
      here.peers.push({
        uuid: there.uuid,
        name: there.name,
        remote: there.name,
        addresses: there.lifs.filter((lif) => lif.kind === "intercluster").map((lif) => lif.address),
        ipspace: "Default",
        applications: ["snapmirror"],
        allowedSvms: [],
        encryption: "tls_psk",
        createdAt: fabric.now - 390 * 86_400_000,
      });
      for (const svm of here.svms) {
        for (const remote of there.svms) {
          here.svmPeers.push({
            uuid: fabric.ids.uuid(`svmpeer/${here.name}/${svm.name}/${there.name}/${remote.name}`),
            name: remote.name,
            svm,
            remoteCluster: there.name,
            remoteSvmUuid: remote.uuid,
            state: "peered",
            applications: ["snapmirror"],
          });
        }
      }
    }
  }
}
