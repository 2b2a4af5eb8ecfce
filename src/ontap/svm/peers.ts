import type { HttpReads } from "../wire/calls.js";
import { type Named, named, needText, part, text, texts, type Wire } from "../wire/records.js";

export interface SvmPeer {
  readonly uuid: string;
  /** The local alias of the remote SVM: the prefix of a mirror's source path (reference 4). */
  readonly name: string;
  readonly svm: Named;
  readonly peer: { readonly svm: Named; readonly cluster: Named };
  /** "peered" is the only good one; "initiated", "pending", "initializing", "rejected", "suspended". */
  readonly state: string | undefined;
  readonly applications: readonly string[];
}

function readPeer(wire: Wire): SvmPeer {
  const peer = part(wire, "peer");
  return {
    uuid: needText(wire, "uuid"),
    name: text(wire, "name") ?? needText(part(peer, "svm"), "name"),
    svm: named(part(wire, "svm")),
    peer: { svm: named(part(peer, "svm")), cluster: named(part(peer, "cluster")) },
    state: text(wire, "state"),
    applications: texts(wire, "applications"),
  };
}

/** Reads of `/svm/peers` (reference 4). */
export function svmPeerReads(http: HttpReads) {
  const list = (
    filter: {
      readonly svm?: string;
      readonly alias?: string;
      readonly peerSvm?: string;
      readonly peerCluster?: string;
    } = {},
  ): Promise<SvmPeer[]> =>
    http.list(
      "/svm/peers",
      {
        fields:
          "uuid,name,svm.name,svm.uuid,peer.svm.name,peer.svm.uuid,peer.cluster.name,peer.cluster.uuid,state,applications",
        where: {
          "svm.name": filter.svm,
          name: filter.alias,
          "peer.svm.name": filter.peerSvm,
          "peer.cluster.name": filter.peerCluster,
        },
      },
      readPeer,
    );
  return {
    /** GET /svm/peers, all pages. */
    list,

    /** Who is behind the alias that `svm` knows a remote SVM by; undefined when it is no peer's. */
    findByAlias: async (svm: string, alias: string): Promise<SvmPeer | undefined> => (await list({ svm, alias }))[0],

    /** The peering of two SVMs, whose `name` is the alias to write in a mirror's source path. */
    findByPeer: async (svm: string, peerSvm: string, peerCluster?: string): Promise<SvmPeer | undefined> =>
      (await list({ svm, peerSvm, ...(peerCluster === undefined ? {} : { peerCluster }) }))[0],
  };
}

export type SvmPeerReads = ReturnType<typeof svmPeerReads>;
