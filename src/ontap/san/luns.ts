import { type Accepted, type HttpReads, type HttpWrites, SHORT_WORK, type WriteOptions } from "../wire/calls.js";
import { api, type Filters } from "../wire/query.js";
import {
  flag,
  type Named,
  named,
  namedIf,
  needText,
  num,
  part,
  parts,
  text,
  type Wire,
  word,
} from "../wire/records.js";
import { serialToWwid } from "./wwid.js";

export interface Lun {
  readonly uuid: string;
  /** `/vol/<volume>/<lun>` */
  readonly name: string;
  /** The last part of the name, the same in a clone as in its parent. */
  readonly logicalUnit: string;
  readonly svm: Named;
  readonly volume: Named;
  /** 12 characters; may hold `]`, `+` and the like. */
  readonly serial: string;
  /** As a Linux host sees it (33 characters). */
  readonly wwid: string;
  readonly sizeBytes: number | undefined;
  readonly osType: string | undefined;
  readonly enabled: boolean | undefined;
  readonly state: "online" | "offline" | "nvfail" | "space_error" | "foreign_lun_error" | undefined;
  readonly containerState: "online" | "aggregate_offline" | "volume_offline" | undefined;
  readonly readOnly: boolean | undefined;
  readonly mapped: boolean | undefined;
  readonly maps: readonly { readonly igroup: Named; readonly number: number | undefined }[];
}

export interface LunFilter {
  readonly svm?: string;
  readonly volume?: string;
  readonly volumeUuid?: string;
  readonly name?: string;
  readonly serial?: string;
}

/** `status.mapped` and `lun_maps` are expensive, so they come only because they are named here. */
const FIELDS = [
  "uuid,name,svm.name,svm.uuid,location.logical_unit,location.volume.name,location.volume.uuid,serial_number,space.size,os_type",
  "enabled,status.state,status.container_state,status.read_only,status.mapped",
  "lun_maps.igroup.name,lun_maps.igroup.uuid,lun_maps.logical_unit_number",
].join(",");

function readLun(wire: Wire): Lun {
  const name = needText(wire, "name");
  const serial = needText(wire, "serial_number");
  const location = part(wire, "location");
  const status = part(wire, "status");
  const maps = parts(wire, "lun_maps").map((map) => ({
    igroup: named(part(map, "igroup")),
    number: num(map, "logical_unit_number"),
  }));
  return {
    uuid: needText(wire, "uuid"),
    name,
    logicalUnit: text(location, "logical_unit") ?? name.slice(name.lastIndexOf("/") + 1),
    svm: named(part(wire, "svm")),
    volume: namedIf(part(location, "volume")) ?? { name: name.split("/")[2], uuid: undefined },
    serial,
    wwid: serialToWwid(serial),
    sizeBytes: num(part(wire, "space"), "size"),
    osType: text(wire, "os_type"),
    enabled: flag(wire, "enabled"),
    state: word(status, "state", ["online", "offline", "nvfail", "space_error", "foreign_lun_error"]),
    containerState: word(status, "container_state", ["online", "aggregate_offline", "volume_offline"]),
    readOnly: flag(status, "read_only"),
    mapped: flag(status, "mapped") ?? (maps.length > 0 ? true : undefined),
    maps,
  };
}

function filters(filter: LunFilter): Filters {
  return {
    "svm.name": filter.svm,
    "location.volume.name": filter.volume,
    "location.volume.uuid": filter.volumeUuid,
    name: filter.name,
    serial_number: filter.serial,
  };
}

/** Reads of `/storage/luns` (reference 8.1). */
export function lunReads(http: HttpReads) {
  const list = (filter: LunFilter = {}): Promise<Lun[]> =>
    http.list("/storage/luns", { fields: FIELDS, where: filters(filter) }, readLun);
  return {
    /** GET /storage/luns/{uuid}. Rejected "4": there is none. */
    get: (uuid: string): Promise<Lun> => http.get(api`/storage/luns/${uuid}`, { fields: FIELDS }, readLun),

    /** GET /storage/luns/{uuid}, undefined when there is none. */
    find: (uuid: string): Promise<Lun | undefined> =>
      http.find(api`/storage/luns/${uuid}`, { fields: FIELDS }, readLun),

    /** GET /storage/luns, all pages. */
    list,

    /** GET /storage/luns?svm.name&location.volume.name, ordered by name so that clone and parent pair up. */
    listByVolume: async (svm: string, volume: string): Promise<Lun[]> =>
      (await list({ svm, volume })).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
  };
}

export interface NewLun {
  readonly svm: string;
  /** `/vol/<volume>/<lun>` */
  readonly name: string;
  readonly sizeBytes: number;
  /** "linux" unless said. */
  readonly osType?: string;
  /** What the host frees is given back to the array, and the host is told when there is no space. ONTAP 9.10 and later. */
  readonly spaceAllocation?: boolean;
}

/** Writes of `/storage/luns` (reference 8.1). */
export function lunWrites(http: HttpWrites) {
  return {
    /** POST /storage/luns (asynchronous), thin. Refused on a mirror's volume, and where the name is taken. */
    create: (lun: NewLun, options: WriteOptions = {}): Promise<Accepted> =>
      http.start(
        {
          method: "POST",
          path: "/storage/luns",
          query: { also: { return_records: true } },
          body: {
            svm: { name: lun.svm },
            name: lun.name,
            os_type: lun.osType ?? "linux",
            space: {
              size: lun.sizeBytes,
              guarantee: { requested: false },
              scsi_thin_provisioning_support_enabled: lun.spaceAllocation,
            },
          },
        },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),

    /**
     * PATCH /storage/luns/{uuid} `space.size` (200, or 202 on the newest releases). The host sees it after a rescan; smaller than its file system is lost data.
     * 5374053 it is being restored, 5374875/76 gone.
     */
    setSize: (uuid: string, sizeBytes: number, options: WriteOptions = {}): Promise<Accepted> =>
      http.start(
        { method: "PATCH", path: api`/storage/luns/${uuid}`, body: { space: { size: sizeBytes } } },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),

    /** DELETE /storage/luns/{uuid} (200, or 202 on the newest releases): its data is gone. 1254197 it is mapped (unmap first; never forced from here), 262325. */
    delete: (uuid: string, options: WriteOptions = {}): Promise<Accepted> =>
      http.start(
        { method: "DELETE", path: api`/storage/luns/${uuid}` },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),

    /** PATCH /storage/luns/{uuid} `enabled` (200, or 202 on the newest releases): online or offline. 5374866 volume offline, 5374865 aggregate offline, 5374875/76 gone. */
    setEnabled: (uuid: string, enabled: boolean, options: WriteOptions = {}): Promise<Accepted> =>
      http.start(
        { method: "PATCH", path: api`/storage/luns/${uuid}`, body: { enabled } },
        { returnTimeoutSeconds: SHORT_WORK, ...options },
      ),
  };
}

export type LunReads = ReturnType<typeof lunReads>;
export type LunWrites = ReturnType<typeof lunWrites>;
