import type { HttpReads, HttpWrites } from "../wire/calls.js";
import { api } from "../wire/query.js";
import { needText, text, type Wire } from "../wire/records.js";

export interface Ipspace {
  readonly uuid: string;
  readonly name: string;
}

const readIpspace = (wire: Wire): Ipspace => ({ uuid: needText(wire, "uuid"), name: needText(wire, "name") });

/** Reads of `/network/ipspaces` (reference 2). Cluster logins only. */
export function ipspaceReads(http: HttpReads) {
  const list = (filter: { readonly name?: string } = {}): Promise<Ipspace[]> =>
    http.list("/network/ipspaces", { fields: "uuid,name", where: { name: filter.name } }, readIpspace);
  return {
    /** GET /network/ipspaces, all pages. */
    list,
    /** GET /network/ipspaces?name. */
    findByName: async (name: string): Promise<Ipspace | undefined> => (await list({ name }))[0],
  };
}

/** Writes of `/network/ipspaces` (reference 2). Synchronous. */
export function ipspaceWrites(http: HttpWrites) {
  return {
    /**
     * POST /network/ipspaces; makes a system SVM of the same name. Errors: 1377261 the name is taken, 1966586 by a peered SVM, 9240587…91 a bad name, 53281576 no more of
     * them. 1967102 only a part happened: in doubt.
     */
    create: async (name: string): Promise<{ uuid: string | undefined }> => {
      const { records, key } = await http.send({
        method: "POST",
        path: "/network/ipspaces",
        query: { also: { return_records: true } },
        body: { name },
      });
      return { uuid: text(records[0], "uuid") ?? key };
    },

    /** DELETE /network/ipspaces/{uuid}. 1966333/1969180 it still holds an SVM, a broadcast domain or a port; 4 gone already. */
    delete: async (uuid: string): Promise<void> => {
      await http.send({ method: "DELETE", path: api`/network/ipspaces/${uuid}` });
    },
  };
}

export type IpspaceReads = ReturnType<typeof ipspaceReads>;
export type IpspaceWrites = ReturnType<typeof ipspaceWrites>;
