import type { HttpReads, HttpWrites } from "../wire/calls.js";
import { api } from "../wire/query.js";
import { instant, needText, num, part, text, texts, type Wire } from "../wire/records.js";

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
  /** Made, and the other side has not answered, or the two have not found each other yet: it goes on by itself. */
  readonly pending: boolean;
  /** The peer's own release, "9.14.1": both must support each other (reference 0). ONTAP 9.7 and later. */
  readonly remoteRelease: string | undefined;
}

function releaseOf(version: Wire | undefined): string | undefined {
  const numbers = ["generation", "major", "minor"].map((key) => num(version, key));
  return numbers.includes(undefined) ? undefined : numbers.join(".");
}

function readPeer(wire: Wire): ClusterPeer {
  const remote = part(wire, "remote");
  const availability = text(part(wire, "status"), "state");
  const authentication = text(part(wire, "authentication"), "state");
  return {
    uuid: needText(wire, "uuid"),
    name: text(wire, "name"),
    remoteName: text(remote, "name"),
    remoteAddresses: texts(remote, "ip_addresses"),
    availability,
    authentication,
    pending:
      authentication === "pending" ||
      (authentication === "ok" && (availability === "pending" || availability === "unidentified")),
    encryption: text(part(wire, "encryption"), "state"),
    remoteRelease: releaseOf(part(wire, "version")),
  };
}

const FIELDS = "uuid,name,remote.name,remote.ip_addresses,status.state,authentication.state,encryption.state,version";

/** Reads of `/cluster/peers` (reference 3). Cluster logins only: an SVM-scoped one gets Rejected "6". */
export function clusterPeerReads(http: HttpReads) {
  const list = (filter: { readonly remoteName?: string } = {}): Promise<ClusterPeer[]> =>
    http.list("/cluster/peers", { fields: FIELDS, where: { "remote.name": filter.remoteName } }, readPeer);
  return {
    /** GET /cluster/peers, all pages. */
    list,

    /** GET /cluster/peers/{uuid}, undefined when there is none: an offer that was accepted has another uuid by then. */
    find: (uuid: string): Promise<ClusterPeer | undefined> =>
      http.find(api`/cluster/peers/${uuid}`, { fields: FIELDS }, readPeer),

    /** GET /cluster/peers?remote.name: the peering with a cluster of that name, which is how it is found again after an offer's uuid has changed. */
    findByRemote: async (remoteName: string): Promise<ClusterPeer | undefined> => (await list({ remoteName }))[0],
  };
}

export interface NewPeering {
  /** Where its intercluster interfaces are; "Default" unless said. */
  readonly ipspace?: string;
  /** SVMs that accept every peering with this cluster by themselves. */
  readonly allowedSvms?: readonly string[];
  /** Said in so many words, because the default is not the same everywhere. */
  readonly encryption: "tls_psk" | "none";
}

/** What one cluster tells another: given once, never again. */
export interface PeerOffer {
  /** Changes when the offer is accepted. */
  readonly uuid: string;
  readonly name: string | undefined;
  /** A secret. */
  readonly passphrase: string;
  readonly expiryTime: string | undefined;
}

const common = (peering: NewPeering) => ({
  ipspace: peering.ipspace === undefined ? undefined : { name: peering.ipspace },
  encryption: { proposed: peering.encryption },
  initial_allowed_svms: peering.allowedSvms?.map((name) => ({ name })),
  peer_applications: ["snapmirror"],
});

/** Writes of `/cluster/peers` (reference 3). Synchronous; each side keeps its own record. */
export function clusterPeerWrites(http: HttpWrites) {
  return {
    /**
     * POST /cluster/peers `generate_passphrase` on the side that offers. `expiresIn` is an ISO-8601 duration, an hour unless said, seven days at most (4655058).
     * Errors: 4656095 no intercluster interface in that IPspace, 4653365 no such IPspace, 4653419 encryption is demanded.
     */
    offer: async (peering: NewPeering & { readonly expiresIn?: string }): Promise<PeerOffer> => {
      const { records } = await http.send({
        method: "POST",
        path: "/cluster/peers",
        query: { also: { return_records: true } },
        body: {
          authentication: { generate_passphrase: true, expiry_time: peering.expiresIn },
          ...common(peering),
        },
      });
      const authentication = part(records[0], "authentication");
      return {
        uuid: needText(records[0], "uuid"),
        name: text(records[0], "name"),
        passphrase: needText(authentication, "passphrase"),
        expiryTime: instant(authentication, "expiry_time"),
      };
    },

    /**
     * POST /cluster/peers with the other side's addresses: accepts its offer, or, with a passphrase of one's own said on both sides, makes one half of a peering.
     * Poll both until `available` and `ok`. Errors: 4653058 it is itself, 4653075/76 peered already, 4653236 passphrase too short, 4653368 bad address, 4656100 local address,
     * 4656095 no intercluster interface.
     */
    accept: async (
      peering: NewPeering & {
        readonly addresses: readonly string[];
        readonly passphrase: string;
        /** How long this half waits for the other, ISO-8601; an hour unless said, seven days at most (4655058). */
        readonly expiresIn?: string;
      },
    ): Promise<{ uuid: string | undefined }> => {
      const { records, key } = await http.send({
        method: "POST",
        path: "/cluster/peers",
        query: { also: { return_records: true } },
        body: {
          remote: { ip_addresses: peering.addresses },
          authentication: { passphrase: peering.passphrase, expiry_time: peering.expiresIn },
          ...common(peering),
        },
        secrets: [peering.passphrase],
      });
      return { uuid: text(records[0], "uuid") ?? key };
    },

    /** DELETE /cluster/peers/{uuid}, on both sides. 4653079 SVM peerings still use it; 4 gone already; 262325 the array wants its own approval. */
    delete: async (uuid: string): Promise<void> => {
      await http.send({ method: "DELETE", path: api`/cluster/peers/${uuid}` });
    },
  };
}

export type ClusterPeerReads = ReturnType<typeof clusterPeerReads>;
export type ClusterPeerWrites = ReturnType<typeof clusterPeerWrites>;
