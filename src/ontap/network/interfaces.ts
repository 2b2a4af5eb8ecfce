import type { HttpReads, HttpWrites } from "../wire/calls.js";
import { api } from "../wire/query.js";
import { flag, needText, part, text, texts, type Wire, word } from "../wire/records.js";

export interface NetworkInterface {
  readonly uuid: string;
  readonly name: string;
  /** Absent for cluster-scoped interfaces. */
  readonly svm: string | undefined;
  readonly ipspace: string | undefined;
  readonly address: string;
  /** Prefix length or dotted, as the array stored it. */
  readonly netmask: string | undefined;
  readonly enabled: boolean;
  readonly state: "up" | "down" | undefined;
  readonly node: string | undefined;
  readonly port: string | undefined;
  readonly homeNode: string | undefined;
  /** "data_iscsi", "intercluster_core", … */
  readonly services: readonly string[];
  readonly servicePolicy: string | undefined;
}

/** Where a host logs in: one per node, and on Azure they do not move when a node fails. */
export interface Portal {
  readonly address: string;
  readonly port: number;
  readonly interface: string;
  readonly node: string | undefined;
}

const ISCSI_PORT = 3260;
const FIELDS =
  "uuid,name,svm.name,ipspace.name,ip.address,ip.netmask,enabled,state,location.node.name,location.port.name,location.home_node.name,services,service_policy.name";

function readInterface(wire: Wire): NetworkInterface {
  const location = part(wire, "location");
  return {
    uuid: needText(wire, "uuid"),
    name: needText(wire, "name"),
    svm: text(part(wire, "svm"), "name"),
    ipspace: text(part(wire, "ipspace"), "name"),
    address: needText(part(wire, "ip"), "address"),
    netmask: text(part(wire, "ip"), "netmask"),
    enabled: flag(wire, "enabled") ?? false,
    state: word(wire, "state", ["up", "down"]),
    node: text(part(location, "node"), "name"),
    port: text(part(location, "port"), "name"),
    homeNode: text(part(location, "home_node"), "name"),
    services: texts(wire, "services"),
    servicePolicy: text(part(wire, "service_policy"), "name"),
  };
}

/** Reads of `/network/ip/interfaces` (reference 2 and 8.5). An SVM-scoped login may be refused here (Rejected "6"). */
export function interfaceReads(http: HttpReads) {
  const list = (
    filter: {
      readonly name?: string;
      readonly svm?: string;
      readonly service?: string;
      readonly ipspace?: string;
    } = {},
  ): Promise<NetworkInterface[]> =>
    http.list(
      "/network/ip/interfaces",
      {
        fields: FIELDS,
        where: { name: filter.name, "svm.name": filter.svm, services: filter.service, "ipspace.name": filter.ipspace },
      },
      readInterface,
    );
  return {
    /** GET /network/ip/interfaces, all pages. */
    list,

    /** GET /network/ip/interfaces?services=intercluster_core: a peering needs one that is up on every node (reference 2). */
    listIntercluster: (ipspace?: string): Promise<NetworkInterface[]> =>
      list({ service: "intercluster_core", ...(ipspace === undefined ? {} : { ipspace }) }),

    /** GET /network/ip/interfaces?services=data_iscsi: the SVM's iSCSI portals that are up now, in the order of their addresses. */
    iscsi: async (svm: string): Promise<Portal[]> =>
      (await list({ svm, service: "data_iscsi" }))
        .filter((each) => each.enabled && each.state === "up")
        .map((each) => ({ address: each.address, port: ISCSI_PORT, interface: each.name, node: each.node }))
        .sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0)),
  };
}

export interface NewInterface {
  readonly name: string;
  /** Of an SVM, or of the cluster in an IPspace. */
  readonly of: { readonly svm: string } | { readonly ipspace: string };
  /** On Azure the private address of the very NIC. */
  readonly address: string;
  /** Dotted, or a prefix length as text. */
  readonly netmask: string;
  /** "default-intercluster", "default-data-blocks", … */
  readonly servicePolicy: string;
  readonly home:
    { readonly node: string; readonly port: string } | { readonly node: string } | { readonly broadcastDomain: string };
}

function homeOf(home: NewInterface["home"]) {
  if ("broadcastDomain" in home) return { broadcast_domain: { name: home.broadcastDomain } };
  if ("port" in home) return { home_port: { name: home.port, node: { name: home.node } } };
  return { home_node: { name: home.node } };
}

/** Writes of `/network/ip/interfaces` (reference 2). Synchronous. */
export function interfaceWrites(http: HttpWrites) {
  return {
    /**
     * POST /network/ip/interfaces. Errors: 1376963 the address is taken, 1966140 the name is, 1967111 no such node, 1967153 no suitable port, 1967154 the port is down,
     * 1966373 the port is in another IPspace, 1967136 no such broadcast domain, 53281065 no such service policy, 53281086 too many intercluster ones.
     */
    create: async (lif: NewInterface): Promise<{ uuid: string | undefined }> => {
      const { records, key } = await http.send({
        method: "POST",
        path: "/network/ip/interfaces",
        query: { also: { return_records: true } },
        body: {
          name: lif.name,
          ...("svm" in lif.of
            ? { scope: "svm", svm: { name: lif.of.svm } }
            : { scope: "cluster", ipspace: { name: lif.of.ipspace } }),
          ip: { address: lif.address, netmask: lif.netmask },
          service_policy: { name: lif.servicePolicy },
          location: homeOf(lif.home),
        },
      });
      return { uuid: text(records[0], "uuid") ?? key };
    },

    /** PATCH /network/ip/interfaces/{uuid} `enabled`. One that is taken down ends the sessions on it. 4 gone already. */
    setEnabled: async (uuid: string, enabled: boolean): Promise<void> => {
      await http.send({ method: "PATCH", path: api`/network/ip/interfaces/${uuid}`, body: { enabled } });
    },

    /** DELETE /network/ip/interfaces/{uuid}. Those of Cloud Volumes ONTAP on Azure are bound to their NIC: leave them. 4 gone already. */
    delete: async (uuid: string): Promise<void> => {
      await http.send({ method: "DELETE", path: api`/network/ip/interfaces/${uuid}` });
    },
  };
}

export type InterfaceReads = ReturnType<typeof interfaceReads>;
export type InterfaceWrites = ReturnType<typeof interfaceWrites>;
