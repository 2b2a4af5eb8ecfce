import type { HttpReads, HttpWrites } from "../wire/calls.js";
import { api, type Filters } from "../wire/query.js";
import { type Named, named, needText, part, parts, text, type Wire, word } from "../wire/records.js";

export interface Igroup {
  readonly uuid: string;
  readonly name: string;
  readonly svm: Named;
  readonly osType: string | undefined;
  readonly protocol: "iscsi" | "fcp" | "mixed" | undefined;
  /** IQNs or WWPNs as the array stores them. */
  readonly initiators: readonly string[];
  /** Are the initiators logged in? ONTAP 9.11 and later. */
  readonly connectivity: "full" | "partial" | "none" | "no_initiators" | "no_lun_maps" | undefined;
}

export interface IgroupFilter {
  readonly svm?: string;
  readonly name?: string;
  /** Groups that hold this initiator. */
  readonly initiator?: string;
  readonly protocol?: "iscsi" | "fcp" | "mixed";
}

const FIELDS = "uuid,name,svm.name,svm.uuid,os_type,protocol,initiators.name,connectivity_tracking.connection_state";

function readIgroup(wire: Wire): Igroup {
  return {
    uuid: needText(wire, "uuid"),
    name: needText(wire, "name"),
    svm: named(part(wire, "svm")),
    osType: text(wire, "os_type"),
    protocol: word(wire, "protocol", ["iscsi", "fcp", "mixed"]),
    initiators: parts(wire, "initiators").map((each) => needText(each, "name")),
    connectivity: word(part(wire, "connectivity_tracking"), "connection_state", [
      "full",
      "partial",
      "none",
      "no_initiators",
      "no_lun_maps",
    ]),
  };
}

function filters(filter: IgroupFilter): Filters {
  return {
    "svm.name": filter.svm,
    name: filter.name,
    "initiators.name": filter.initiator,
    protocol: filter.protocol,
  };
}

/** Reads of `/protocols/san/igroups` (reference 8.3). */
export function igroupReads(http: HttpReads) {
  const list = (filter: IgroupFilter = {}): Promise<Igroup[]> =>
    http.list("/protocols/san/igroups", { fields: FIELDS, where: filters(filter) }, readIgroup);
  return {
    /** GET /protocols/san/igroups/{uuid}. Rejected "4": there is none. */
    get: (uuid: string): Promise<Igroup> =>
      http.get(api`/protocols/san/igroups/${uuid}`, { fields: FIELDS }, readIgroup),

    /** GET /protocols/san/igroups/{uuid}, undefined when there is none. */
    find: (uuid: string): Promise<Igroup | undefined> =>
      http.find(api`/protocols/san/igroups/${uuid}`, { fields: FIELDS }, readIgroup),

    /** GET /protocols/san/igroups?svm.name&name: a name is unique within its SVM. */
    findByName: async (svm: string, name: string): Promise<Igroup | undefined> => (await list({ svm, name }))[0],

    /** GET /protocols/san/igroups, all pages. An initiator may be in several groups: LUN numbers must be free over all of them. */
    list,
  };
}

export interface NewIgroup {
  readonly svm: string;
  readonly name: string;
  readonly protocol: "iscsi" | "fcp";
  readonly initiators: readonly string[];
  /** "linux" unless said. */
  readonly osType?: string;
}

/** Writes of `/protocols/san/igroups` (reference 8.3). All synchronous. */
export function igroupWrites(http: HttpWrites) {
  return {
    /** POST /protocols/san/igroups. 5374023 the name is taken, 5373969/71/72 bad IQN, 5374732/34 initiator elsewhere with another os_type. */
    create: async (igroup: NewIgroup): Promise<{ uuid: string | undefined }> => {
      const { records, key } = await http.send({
        method: "POST",
        path: "/protocols/san/igroups",
        query: { also: { return_records: true } },
        body: {
          svm: { name: igroup.svm },
          name: igroup.name,
          os_type: igroup.osType ?? "linux",
          protocol: igroup.protocol,
          initiators: igroup.initiators.map((name) => ({ name })),
        },
      });
      return { uuid: text(records[0], "uuid") ?? key };
    },

    /** POST …/{uuid}/initiators. 5374035 is a member already, 5374852 no such igroup. */
    addInitiator: async (uuid: string, initiator: string): Promise<void> => {
      await http.send({
        method: "POST",
        path: api`/protocols/san/igroups/${uuid}/initiators`,
        body: { records: [{ name: initiator }] },
      });
    },

    /** DELETE …/{uuid}/initiators/{name}. 5374034 is no member, 1254213 LUNs are mapped through it (unmap first; never forced from here). */
    removeInitiator: async (uuid: string, initiator: string): Promise<void> => {
      await http.send({ method: "DELETE", path: api`/protocols/san/igroups/${uuid}/initiators/${initiator}` });
    },

    /** DELETE /protocols/san/igroups/{uuid}. 1254213 LUNs are mapped to it (unmap first; never forced from here), 5374852 or 4 gone already. */
    delete: async (uuid: string): Promise<void> => {
      await http.send({ method: "DELETE", path: api`/protocols/san/igroups/${uuid}` });
    },
  };
}

export type IgroupReads = ReturnType<typeof igroupReads>;
export type IgroupWrites = ReturnType<typeof igroupWrites>;
