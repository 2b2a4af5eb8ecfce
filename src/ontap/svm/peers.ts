import { type Accepted, type HttpReads, type HttpWrites, SHORT_WORK, type WriteOptions } from "../wire/calls.js";
import { api } from "../wire/query.js";
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

    /** GET /svm/peers?svm.name&name: who is behind the alias that `svm` knows a remote SVM by; undefined when it is no peer's. */
    findByAlias: async (svm: string, alias: string): Promise<SvmPeer | undefined> => (await list({ svm, alias }))[0],

    /** GET /svm/peers?svm.name&peer.svm.name: the peering of two SVMs, whose `name` is the alias to write in a mirror's source path. */
    findByPeer: async (svm: string, peerSvm: string, peerCluster?: string): Promise<SvmPeer | undefined> =>
      (await list({ svm, peerSvm, ...(peerCluster === undefined ? {} : { peerCluster }) }))[0],
  };
}

/** Writes of `/svm/peers` (reference 4). All asynchronous; the job may end in "entry doesn't exist" although it worked, so read before reporting. */
export function svmPeerWrites(http: HttpWrites) {
  return {
    /**
     * POST /svm/peers. Peered at once where the other side permits it, else `initiated` here and `pending` there. `alias` is the remote SVM's name here, needed when it
     * is that of an SVM here (9896086). Errors: 26345575 the cluster is no peer, 26345580 no such SVM, 9896095, 13434889 internal.
     */
    create: (
      peering: {
        readonly svm: string;
        readonly peerSvm: string;
        readonly peerCluster: string;
        readonly alias?: string;
        readonly applications?: readonly string[];
      },
      options: WriteOptions = {},
    ): Promise<Accepted> =>
      http.start(
        {
          method: "POST",
          path: "/svm/peers",
          query: { also: { return_records: true } },
          body: {
            svm: { name: peering.svm },
            peer: { svm: { name: peering.peerSvm }, cluster: { name: peering.peerCluster } },
            name: peering.alias,
            applications: peering.applications ?? ["snapmirror"],
          },
        },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),

    /** PATCH /svm/peers/{uuid} `peered`, on the side where it is `pending`. 26345576 it is in no state for that. */
    accept: (uuid: string, options: WriteOptions = {}): Promise<Accepted> =>
      http.start(
        { method: "PATCH", path: api`/svm/peers/${uuid}`, body: { state: "peered" } },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),

    /** PATCH /svm/peers/{uuid} `applications`: replaces the list; SnapMirror needs "snapmirror" in it. 26345576 it is in no state for that. */
    setApplications: (uuid: string, applications: readonly string[], options: WriteOptions = {}): Promise<Accepted> =>
      http.start(
        { method: "PATCH", path: api`/svm/peers/${uuid}`, body: { applications } },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),

    /** DELETE /svm/peers/{uuid}. 9895956 mirrors still use it; `force` (ONTAP 9.11) when the other side cannot be reached (13434889). */
    delete: (uuid: string, how: { readonly force?: boolean } = {}, options: WriteOptions = {}): Promise<Accepted> =>
      http.start(
        { method: "DELETE", path: api`/svm/peers/${uuid}`, query: { also: { force: how.force ? true : undefined } } },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),
  };
}

export type SvmPeerReads = ReturnType<typeof svmPeerReads>;
export type SvmPeerWrites = ReturnType<typeof svmPeerWrites>;
