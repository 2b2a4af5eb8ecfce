import type { HttpReads } from "../wire/calls.js";
import { needText, part, text, texts, type Wire } from "../wire/records.js";

export interface ClusterPeer {
  /** Of an offer nobody has taken yet it changes when somebody does: look up by the remote's name. */
  readonly uuid: string;
  readonly name: string | undefined;
  readonly remoteName: string | undefined;
  readonly remoteAddresses: readonly string[];
  /** "available" is the good one; "partial", "unavailable", "pending", "unidentified". */
  readonly availability: string | undefined;
  /** "ok" is the good one. */
  readonly authentication: string | undefined;
  readonly encryption: string | undefined;
}

function readPeer(wire: Wire): ClusterPeer {
  const remote = part(wire, "remote");
  return {
    uuid: needText(wire, "uuid"),
    name: text(wire, "name"),
    remoteName: text(remote, "name"),
    remoteAddresses: texts(remote, "ip_addresses"),
    availability: text(part(wire, "status"), "state"),
    authentication: text(part(wire, "authentication"), "state"),
    encryption: text(part(wire, "encryption"), "state"),
  };
}

/** Reads of `/cluster/peers` (reference 3). Cluster logins only: an SVM-scoped one gets Rejected "6". */
export function clusterPeerReads(http: HttpReads) {
  return {
    /** GET /cluster/peers, all pages. */
    list: (filter: { readonly remoteName?: string } = {}): Promise<ClusterPeer[]> =>
      http.list(
        "/cluster/peers",
        {
          fields: "uuid,name,remote.name,remote.ip_addresses,status.state,authentication.state,encryption.state",
          where: { "remote.name": filter.remoteName },
        },
        readPeer,
      ),
  };
}

export type ClusterPeerReads = ReturnType<typeof clusterPeerReads>;
