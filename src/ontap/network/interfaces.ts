import type { HttpReads } from "../wire/calls.js";
import { flag, needText, part, text, texts, type Wire, word } from "../wire/records.js";

export interface NetworkInterface {
  readonly uuid: string;
  readonly name: string;
  /** Absent for cluster-scoped interfaces. */
  readonly svm: string | undefined;
  readonly address: string;
  readonly enabled: boolean;
  readonly state: "up" | "down" | undefined;
  readonly node: string | undefined;
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
  "uuid,name,svm.name,ip.address,enabled,state,location.node.name,location.home_node.name,services,service_policy.name";

function readInterface(wire: Wire): NetworkInterface {
  const location = part(wire, "location");
  return {
    uuid: needText(wire, "uuid"),
    name: needText(wire, "name"),
    svm: text(part(wire, "svm"), "name"),
    address: needText(part(wire, "ip"), "address"),
    enabled: flag(wire, "enabled") ?? false,
    state: word(wire, "state", ["up", "down"]),
    node: text(part(location, "node"), "name"),
    homeNode: text(part(location, "home_node"), "name"),
    services: texts(wire, "services"),
    servicePolicy: text(part(wire, "service_policy"), "name"),
  };
}

/** Reads of `/network/ip/interfaces` (reference 2 and 8.5). An SVM-scoped login may be refused here (Rejected "6"). */
export function interfaceReads(http: HttpReads) {
  const list = (
    filter: { readonly svm?: string; readonly service?: string; readonly ipspace?: string } = {},
  ): Promise<NetworkInterface[]> =>
    http.list(
      "/network/ip/interfaces",
      {
        fields: FIELDS,
        where: { "svm.name": filter.svm, services: filter.service, "ipspace.name": filter.ipspace },
      },
      readInterface,
    );
  return {
    /** GET /network/ip/interfaces, all pages. */
    list,

    /** The SVM's iSCSI portals that are up now, in the order of their addresses. */
    iscsi: async (svm: string): Promise<Portal[]> =>
      (await list({ svm, service: "data_iscsi" }))
        .filter((each) => each.enabled && each.state === "up")
        .map((each) => ({ address: each.address, port: ISCSI_PORT, interface: each.name, node: each.node }))
        .sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0)),
  };
}

export type InterfaceReads = ReturnType<typeof interfaceReads>;
