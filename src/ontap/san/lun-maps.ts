import type { HttpReads, HttpWrites } from "../wire/calls.js";
import { api, type Filters } from "../wire/query.js";
import { type Named, named, num, part, parts, text, Unreadable, type Wire } from "../wire/records.js";

export interface LunMap {
  readonly svm: Named;
  /** Name is the path, `/vol/<volume>/<lun>`. */
  readonly lun: Named;
  readonly igroup: Named;
  /** 0…4095; with the igroup it is what a host sees. */
  readonly number: number;
  /** Nodes that present it (the owner and its partner). ONTAP 9.10 and later. */
  readonly reportingNodes: readonly string[];
}

export interface LunMapFilter {
  readonly svm?: string;
  readonly igroup?: string;
  readonly igroupUuid?: string;
  readonly lunUuid?: string;
  readonly lun?: string;
  /** LUNs of this volume (by the path of the LUN). */
  readonly volume?: string;
}

const FIELDS = "svm.name,svm.uuid,lun.name,lun.uuid,igroup.name,igroup.uuid,logical_unit_number,reporting_nodes.name";

function readLunMap(wire: Wire): LunMap {
  const number = num(wire, "logical_unit_number");
  if (number === undefined) throw new Unreadable("a LUN map has no logical_unit_number");
  return {
    svm: named(part(wire, "svm")),
    lun: named(part(wire, "lun")),
    igroup: named(part(wire, "igroup")),
    number,
    reportingNodes: parts(wire, "reporting_nodes").flatMap((node) => text(node, "name") ?? []),
  };
}

function filters(filter: LunMapFilter): Filters {
  return {
    "svm.name": filter.svm,
    "igroup.name": filter.igroup,
    "igroup.uuid": filter.igroupUuid,
    "lun.uuid": filter.lunUuid,
    "lun.name": filter.volume === undefined ? filter.lun : { like: `/vol/${filter.volume}/*` },
  };
}

/** Reads of `/protocols/san/lun-maps` (reference 8.4). */
export function lunMapReads(http: HttpReads) {
  return {
    /** GET /protocols/san/lun-maps, all pages. */
    list: (filter: LunMapFilter = {}): Promise<LunMap[]> =>
      http.list("/protocols/san/lun-maps", { fields: FIELDS, where: filters(filter) }, readLunMap),

    /** GET /protocols/san/lun-maps/{lun.uuid}/{igroup.uuid}, undefined when there is none. */
    find: (lunUuid: string, igroupUuid: string): Promise<LunMap | undefined> =>
      http.find(api`/protocols/san/lun-maps/${lunUuid}/${igroupUuid}`, { fields: FIELDS }, readLunMap),
  };
}

export interface NewLunMap {
  readonly svm: string;
  /** The LUN's path. */
  readonly lun: string;
  readonly igroup: string;
  /** Without it the array takes the lowest number free in this igroup, which may be taken in another one of the same initiator. */
  readonly number?: number;
}

/** Writes of `/protocols/san/lun-maps` (reference 8.4). All synchronous. */
export function lunMapWrites(http: HttpWrites) {
  return {
    /** POST /protocols/san/lun-maps. 1254207 mapped to this igroup already, 1254201 no LUN, 5374878 no igroup, 5374053 LUN under restore, 5374573 its node has no iSCSI LIF. */
    create: async (map: NewLunMap): Promise<{ number: number | undefined }> => {
      const { records } = await http.send({
        method: "POST",
        path: "/protocols/san/lun-maps",
        query: { also: { return_records: true } },
        body: {
          svm: { name: map.svm },
          lun: { name: map.lun },
          igroup: { name: map.igroup },
          logical_unit_number: map.number,
        },
      });
      return { number: num(records[0], "logical_unit_number") ?? map.number };
    },

    /** DELETE /protocols/san/lun-maps/{lun.uuid}/{igroup.uuid}. 5374922 or 4: gone already; 5374875 no LUN, 5374878 no igroup. */
    delete: async (lunUuid: string, igroupUuid: string): Promise<void> => {
      await http.send({ method: "DELETE", path: api`/protocols/san/lun-maps/${lunUuid}/${igroupUuid}` });
    },
  };
}

export type LunMapReads = ReturnType<typeof lunMapReads>;
export type LunMapWrites = ReturnType<typeof lunMapWrites>;
