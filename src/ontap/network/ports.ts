import type { HttpReads, HttpWrites } from "../wire/calls.js";
import { api } from "../wire/query.js";
import { flag, needText, num, part, text, type Wire, word } from "../wire/records.js";

export interface Port {
  readonly uuid: string;
  /** On Azure a further NIC is e0b (single node), e0d or e0e (HA). */
  readonly name: string;
  readonly node: string | undefined;
  readonly type: "physical" | "vlan" | "lag" | "pvlan" | undefined;
  readonly state: "up" | "down" | "degraded" | undefined;
  readonly enabled: boolean;
  readonly mtu: number | undefined;
  readonly broadcastDomain: { readonly name: string; readonly ipspace: string | undefined } | undefined;
  /** "ok" is the good one. ONTAP 9.8 and later. */
  readonly reachability: string | undefined;
}

const FIELDS =
  "uuid,name,node.name,type,state,enabled,mtu,broadcast_domain.name,broadcast_domain.ipspace.name,reachability";

function readPort(wire: Wire): Port {
  const domain = part(wire, "broadcast_domain");
  return {
    uuid: needText(wire, "uuid"),
    name: needText(wire, "name"),
    node: text(part(wire, "node"), "name"),
    type: word(wire, "type", ["physical", "vlan", "lag", "pvlan"]),
    state: word(wire, "state", ["up", "down", "degraded"]),
    enabled: flag(wire, "enabled") ?? false,
    mtu: num(wire, "mtu"),
    broadcastDomain:
      domain === undefined
        ? undefined
        : { name: needText(domain, "name"), ipspace: text(part(domain, "ipspace"), "name") },
    reachability: text(wire, "reachability"),
  };
}

/** Reads of `/network/ethernet/ports` (reference 2). Cluster logins only. */
export function portReads(http: HttpReads) {
  return {
    /** GET /network/ethernet/ports, all pages. */
    list: (
      filter: { readonly node?: string; readonly name?: string; readonly broadcastDomain?: string } = {},
    ): Promise<Port[]> =>
      http.list(
        "/network/ethernet/ports",
        {
          fields: FIELDS,
          where: { "node.name": filter.node, name: filter.name, "broadcast_domain.name": filter.broadcastDomain },
        },
        readPort,
      ),
  };
}

export interface InDomain {
  readonly name: string;
  readonly ipspace: string;
}

const domainOf = (domain: InDomain) => ({ name: domain.name, ipspace: { name: domain.ipspace } });

/** Writes of `/network/ethernet/ports` (reference 2). Synchronous. */
export function portWrites(http: HttpWrites) {
  return {
    /** POST /network/ethernet/ports, type vlan, over a port of the same node. 1 it is there already, 1967087…89 the domain does not fit. */
    createVlan: async (vlan: {
      readonly node: string;
      readonly basePort: string;
      readonly tag: number;
      readonly broadcastDomain?: InDomain;
    }): Promise<{ uuid: string | undefined }> => {
      const node = { name: vlan.node };
      const { records, key } = await http.send({
        method: "POST",
        path: "/network/ethernet/ports",
        query: { also: { return_records: true } },
        body: {
          type: "vlan",
          node,
          vlan: { base_port: { name: vlan.basePort, node }, tag: vlan.tag },
          broadcast_domain: vlan.broadcastDomain === undefined ? undefined : domainOf(vlan.broadcastDomain),
        },
      });
      return { uuid: text(records[0], "uuid") ?? key };
    },

    /**
     * PATCH /network/ethernet/ports/{uuid} `broadcast_domain`: also moves it to another IPspace. Errors: 1377608 an interface lives on it, 1967087…89 the domain does
     * not fit. 1377609 only a part happened: in doubt.
     */
    setBroadcastDomain: async (uuid: string, domain: InDomain): Promise<void> => {
      await http.send({
        method: "PATCH",
        path: api`/network/ethernet/ports/${uuid}`,
        body: { broadcast_domain: domainOf(domain) },
      });
    },

    /**
     * PATCH /private/cli/network/port/broadcast-domain/remove-ports: into no domain at all, which no call of its own can do (reference 2). Needs a role that allows the
     * command. 1377608 an interface lives on it.
     */
    leaveBroadcastDomain: async (
      domain: InDomain,
      ports: readonly { readonly node: string; readonly port: string }[],
    ): Promise<void> => {
      await http.send({
        method: "PATCH",
        path: "/private/cli/network/port/broadcast-domain/remove-ports",
        query: { also: { "broadcast-domain": domain.name, ipspace: domain.ipspace } },
        body: { ports: ports.map(({ node, port }) => `${node}:${port}`) },
      });
    },

    /** DELETE /network/ethernet/ports/{uuid}: VLANs and groups only. 1377608 an interface lives on it; 4 gone already. */
    delete: async (uuid: string): Promise<void> => {
      await http.send({ method: "DELETE", path: api`/network/ethernet/ports/${uuid}` });
    },
  };
}

export type PortReads = ReturnType<typeof portReads>;
export type PortWrites = ReturnType<typeof portWrites>;
