import type { HttpReads, HttpWrites } from "../wire/calls.js";
import { api } from "../wire/query.js";
import { needText, num, part, parts, text, type Wire } from "../wire/records.js";

export interface BroadcastDomain {
  readonly uuid: string;
  readonly name: string;
  readonly ipspace: string | undefined;
  readonly mtu: number | undefined;
  readonly ports: readonly { readonly name: string; readonly node: string | undefined }[];
}

function readDomain(wire: Wire): BroadcastDomain {
  return {
    uuid: needText(wire, "uuid"),
    name: needText(wire, "name"),
    ipspace: text(part(wire, "ipspace"), "name"),
    mtu: num(wire, "mtu"),
    ports: parts(wire, "ports").map((port) => ({
      name: needText(port, "name"),
      node: text(part(port, "node"), "name"),
    })),
  };
}

/** Reads of `/network/ethernet/broadcast-domains` (reference 2). Cluster logins only. */
export function broadcastDomainReads(http: HttpReads) {
  return {
    /** GET /network/ethernet/broadcast-domains, all pages. A name is unique within its IPspace. */
    list: (filter: { readonly name?: string; readonly ipspace?: string } = {}): Promise<BroadcastDomain[]> =>
      http.list(
        "/network/ethernet/broadcast-domains",
        {
          fields: "uuid,name,ipspace.name,mtu,ports.name,ports.node.name",
          where: { name: filter.name, "ipspace.name": filter.ipspace },
        },
        readDomain,
      ),
  };
}

/** Writes of `/network/ethernet/broadcast-domains` (reference 2). Synchronous. Its ports are put in from the port's side. */
export function broadcastDomainWrites(http: HttpWrites) {
  return {
    /** POST /network/ethernet/broadcast-domains. 1377267 no such IPspace, 1966460 MTU, 53281982 a reserved name, 1 the name is taken. */
    create: async (domain: {
      readonly name: string;
      readonly ipspace: string;
      /** At least 68. */
      readonly mtu: number;
    }): Promise<{ uuid: string | undefined }> => {
      const { records, key } = await http.send({
        method: "POST",
        path: "/network/ethernet/broadcast-domains",
        query: { also: { return_records: true } },
        body: { name: domain.name, ipspace: { name: domain.ipspace }, mtu: domain.mtu },
      });
      return { uuid: text(records[0], "uuid") ?? key };
    },

    /** DELETE /network/ethernet/broadcast-domains/{uuid}. 1967103 ports are in it; 4 gone already. */
    delete: async (uuid: string): Promise<void> => {
      await http.send({ method: "DELETE", path: api`/network/ethernet/broadcast-domains/${uuid}` });
    },
  };
}

export type BroadcastDomainReads = ReturnType<typeof broadcastDomainReads>;
export type BroadcastDomainWrites = ReturnType<typeof broadcastDomainWrites>;
