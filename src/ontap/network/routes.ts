import type { HttpReads, HttpWrites } from "../wire/calls.js";
import { api } from "../wire/query.js";
import { needText, num, part, text, type Wire } from "../wire/records.js";

export interface Route {
  readonly uuid: string;
  readonly destination: { readonly address: string; readonly netmask: string } | undefined;
  readonly gateway: string;
  /** ONTAP 9.11 and later; 20 unless said. */
  readonly metric: number | undefined;
  readonly svm: string | undefined;
  readonly ipspace: string | undefined;
}

function readRoute(wire: Wire): Route {
  const destination = part(wire, "destination");
  return {
    uuid: needText(wire, "uuid"),
    destination:
      destination === undefined
        ? undefined
        : {
            address: needText(destination, "address"),
            netmask: text(destination, "netmask") ?? num(destination, "netmask")?.toString() ?? "",
          },
    gateway: needText(wire, "gateway"),
    metric: num(wire, "metric"),
    svm: text(part(wire, "svm"), "name"),
    ipspace: text(part(wire, "ipspace"), "name"),
  };
}

/** Reads of `/network/ip/routes` (reference 2). */
export function routeReads(http: HttpReads) {
  return {
    /** GET /network/ip/routes, all pages. */
    list: (filter: { readonly svm?: string; readonly ipspace?: string } = {}): Promise<Route[]> =>
      http.list(
        "/network/ip/routes",
        {
          fields: "uuid,destination.address,destination.netmask,gateway,metric,svm.name,ipspace.name",
          where: { "svm.name": filter.svm, "ipspace.name": filter.ipspace },
        },
        readRoute,
      ),
  };
}

/** Writes of `/network/ip/routes` (reference 2). Synchronous. There is no change: delete and make another. */
export function routeWrites(http: HttpWrites) {
  return {
    /**
     * POST /network/ip/routes, of an SVM or, in an IPspace, of the cluster. Without a destination it is the default route; `metric` needs ONTAP 9.11. Errors: 1966345 it
     * is there already, 1966505 the gateway is one of its own interfaces, 1966265 families differ, 53282375.
     */
    create: async (route: {
      readonly of: { readonly svm: string } | { readonly ipspace: string };
      readonly destination?: { readonly address: string; readonly netmask: string };
      readonly gateway: string;
      readonly metric?: number;
    }): Promise<{ uuid: string | undefined }> => {
      const { records, key } = await http.send({
        method: "POST",
        path: "/network/ip/routes",
        query: { also: { return_records: true } },
        body: {
          ...("svm" in route.of ? { svm: { name: route.of.svm } } : { ipspace: { name: route.of.ipspace } }),
          destination: route.destination,
          gateway: route.gateway,
          metric: route.metric,
        },
      });
      return { uuid: text(records[0], "uuid") ?? key };
    },

    /** DELETE /network/ip/routes/{uuid}. 4 gone already. */
    delete: async (uuid: string): Promise<void> => {
      await http.send({ method: "DELETE", path: api`/network/ip/routes/${uuid}` });
    },
  };
}

export type RouteReads = ReturnType<typeof routeReads>;
export type RouteWrites = ReturnType<typeof routeWrites>;
