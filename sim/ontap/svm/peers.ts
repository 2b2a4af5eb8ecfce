import { fieldTable } from "../kernel/fields.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx } from "../kernel/route.js";
import { ref, sees } from "../kernel/scope.js";
import type { SvmPeerState } from "../state.js";

export const svmPeerFields = fieldTable(
  "uuid name state applications svm.{uuid,name} peer.{svm.{uuid,name},cluster.{uuid,name}}",
);

export const svmPeers: Collection = {
  path: "/svm/peers",
  keys: ["uuid"],
  fields: svmPeerFields,
  list: (ctx) =>
    ctx.cluster.svmPeers
      .filter((each) => sees(ctx, each.svm))
      .map((each) => ({ key: each.uuid, view: () => svmPeerView(ctx, each) })),
};

export function svmPeerView({ fabric }: Pick<Ctx, "fabric">, peer: SvmPeerState): Rec {
  const remote = fabric.clusters.get(peer.remoteCluster);
  const svm = remote?.svms.find((each) => each.uuid === peer.remoteSvmUuid);
  return {
    uuid: peer.uuid,
    name: peer.name,
    state: peer.state,
    applications: peer.applications,
    svm: ref(peer.svm),
    peer: { svm: { uuid: peer.remoteSvmUuid, name: svm?.name }, cluster: remote && ref(remote) },
  };
}
