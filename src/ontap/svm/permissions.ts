import type { HttpReads, HttpWrites } from "../wire/calls.js";
import { api } from "../wire/query.js";
import { type Named, named, part, texts, type Wire } from "../wire/records.js";

/** An SVM says yes to every peering with a cluster beforehand. */
export interface PeerPermission {
  readonly clusterPeer: Named;
  /** Name "*": every SVM. */
  readonly svm: Named;
  readonly applications: readonly string[];
}

const readPermission = (wire: Wire): PeerPermission => ({
  clusterPeer: named(part(wire, "cluster_peer")),
  svm: named(part(wire, "svm")),
  applications: texts(wire, "applications"),
});

/** Reads of `/svm/peer-permissions` (reference 4). Cluster logins only. */
export function peerPermissionReads(http: HttpReads) {
  return {
    /** GET /svm/peer-permissions, all pages. */
    list: (filter: { readonly clusterPeer?: string; readonly svm?: string } = {}): Promise<PeerPermission[]> =>
      http.list(
        "/svm/peer-permissions",
        {
          fields: "cluster_peer.name,cluster_peer.uuid,svm.name,svm.uuid,applications",
          where: { "cluster_peer.name": filter.clusterPeer, "svm.name": filter.svm },
        },
        readPermission,
      ),
  };
}

/** Writes of `/svm/peer-permissions` (reference 4). Synchronous. */
export function peerPermissionWrites(http: HttpWrites) {
  return {
    /** POST /svm/peer-permissions. 9896057 it is there already, 26345575 the cluster is no peer. `svm` "*" means every SVM. */
    create: async (permission: {
      readonly clusterPeer: string;
      readonly svm: string;
      readonly applications?: readonly string[];
    }): Promise<void> => {
      await http.send({
        method: "POST",
        path: "/svm/peer-permissions",
        body: {
          cluster_peer: { name: permission.clusterPeer },
          svm: { name: permission.svm },
          applications: permission.applications ?? ["snapmirror"],
        },
      });
    },

    /** DELETE /svm/peer-permissions/{cluster_peer.uuid}/{svm.uuid}. 4 gone already. */
    delete: async (clusterPeerUuid: string, svmUuid: string): Promise<void> => {
      await http.send({ method: "DELETE", path: api`/svm/peer-permissions/${clusterPeerUuid}/${svmUuid}` });
    },
  };
}

export type PeerPermissionReads = ReturnType<typeof peerPermissionReads>;
export type PeerPermissionWrites = ReturnType<typeof peerPermissionWrites>;
