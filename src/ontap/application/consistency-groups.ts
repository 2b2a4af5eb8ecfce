import {
  type Accepted,
  type HttpReads,
  type HttpWrites,
  NO_WAIT,
  SHORT_WORK,
  type Write,
  type WriteOptions,
} from "../wire/calls.js";
import { api, type Query } from "../wire/query.js";
import { flag, instant, type Named, named, needText, part, parts, text, type Wire } from "../wire/records.js";

/** Volumes whose snapshots are taken at one instant. */
export interface ConsistencyGroup {
  readonly uuid: string;
  readonly name: string;
  readonly svm: Named;
  readonly volumes: readonly Named[];
  /** A mirror of the whole group exists: then it cannot be deleted (53412041). */
  readonly replicated: boolean;
}

/** One name on every volume of the group. */
export interface GroupSnapshot {
  readonly uuid: string;
  readonly name: string;
  readonly createTime: string | undefined;
  readonly label: string | undefined;
  readonly comment: string;
  readonly consistency: "crash" | "application" | undefined;
  /** Not every volume has it: no consistent point. */
  readonly partial: boolean;
  readonly missingVolumes: readonly string[];
}

const FIELDS = "uuid,name,svm.name,svm.uuid,volumes.name,volumes.uuid,replicated";
const SNAPSHOT_FIELDS =
  "uuid,name,create_time,snapmirror_label,comment,consistency_type,is_partial,missing_volumes.name";

function readGroup(wire: Wire): ConsistencyGroup {
  return {
    uuid: needText(wire, "uuid"),
    name: needText(wire, "name"),
    svm: named(part(wire, "svm")),
    volumes: parts(wire, "volumes").map(named),
    replicated: flag(wire, "replicated") ?? false,
  };
}

function readSnapshot(wire: Wire): GroupSnapshot {
  const consistency = text(wire, "consistency_type");
  return {
    uuid: needText(wire, "uuid"),
    name: needText(wire, "name"),
    createTime: instant(wire, "create_time"),
    label: text(wire, "snapmirror_label"),
    comment: text(wire, "comment") ?? "",
    consistency: consistency === "crash" || consistency === "application" ? consistency : undefined,
    partial: flag(wire, "is_partial") ?? false,
    missingVolumes: parts(wire, "missing_volumes").flatMap((each) => text(each, "name") ?? []),
  };
}

/** Reads of `/application/consistency-groups` (reference 13). ONTAP 9.10 and later: before, Rejected "3". */
export function consistencyGroupReads(http: HttpReads) {
  const list = (filter: { readonly svm?: string; readonly name?: string } = {}): Promise<ConsistencyGroup[]> =>
    http.list(
      "/application/consistency-groups",
      { fields: FIELDS, where: { "svm.name": filter.svm, name: filter.name } },
      readGroup,
    );
  return {
    /** GET /application/consistency-groups, all pages. */
    list,

    /** GET /application/consistency-groups/{uuid}, undefined when there is none. */
    find: (uuid: string): Promise<ConsistencyGroup | undefined> =>
      http.find(api`/application/consistency-groups/${uuid}`, { fields: FIELDS }, readGroup),

    /** GET /application/consistency-groups?svm.name&name. */
    findByName: async (svm: string, name: string): Promise<ConsistencyGroup | undefined> =>
      (await list({ svm, name }))[0],

    /** GET …/{uuid}/snapshots, all pages. */
    listSnapshots: (uuid: string, filter: { readonly name?: string } = {}): Promise<GroupSnapshot[]> =>
      http.list(
        api`/application/consistency-groups/${uuid}/snapshots`,
        { fields: SNAPSHOT_FIELDS, where: { name: filter.name } },
        readSnapshot,
      ),
  };
}

export interface NewGroupSnapshot {
  readonly name: string;
  readonly label?: string;
  readonly comment?: string;
  /** "application" when the application was quiesced for it. "crash" unless said. */
  readonly consistency?: "crash" | "application";
}

export interface NewGroupClone {
  readonly svm: string;
  readonly name: string;
  readonly parent: string;
  readonly snapshot: string;
  readonly volumePrefix: string;
}

const members = (volumes: readonly string[]) =>
  volumes.map((name) => ({ name, provisioning_options: { action: "add" } }));

const snapshotBody = (snapshot: NewGroupSnapshot) => ({
  name: snapshot.name,
  consistency_type: snapshot.consistency ?? "crash",
  snapmirror_label: snapshot.label,
  comment: snapshot.comment,
});

/** Writes of `/application/consistency-groups` (reference 13). All asynchronous. */
export function consistencyGroupWrites(http: HttpWrites) {
  const groups = "/application/consistency-groups";
  const start = (write: Write, options: WriteOptions): Promise<Accepted> =>
    http.start(write, { returnTimeoutSeconds: SHORT_WORK, ...options });
  const make = (path: string, body: object, options: WriteOptions, more: Query["also"] = {}): Promise<Accepted> =>
    start({ method: "POST", path, query: { also: { ...more, return_records: true } }, body }, options);
  return {
    /** POST /application/consistency-groups over volumes that exist. Errors: 53411852/60 the name is taken, 53411865 a volume is in another group, 53411842…46 no such volume. */
    create: (
      group: { readonly svm: string; readonly name: string; readonly volumes: readonly string[] },
      options: WriteOptions = {},
    ): Promise<Accepted> =>
      make(groups, { svm: { name: group.svm }, name: group.name, volumes: members(group.volumes) }, options),

    /** PATCH …/{uuid} with volumes to add; they are never taken out this way (262285). 53411865 a volume is in another group. */
    addVolumes: (uuid: string, volumes: readonly string[], options: WriteOptions = {}): Promise<Accepted> =>
      start(
        { method: "PATCH", path: api`/application/consistency-groups/${uuid}`, body: { volumes: members(volumes) } },
        options,
      ),

    /** DELETE …/{uuid}: the group goes, its volumes stay. 53412041 it is mirrored. */
    delete: (uuid: string, options: WriteOptions = {}): Promise<Accepted> =>
      start({ method: "DELETE", path: api`/application/consistency-groups/${uuid}` }, options),

    /** POST …/{uuid}/snapshots: all volumes at one instant. 53411918 not permitted, 53411921 failed or the name is taken. */
    createSnapshot: (uuid: string, snapshot: NewGroupSnapshot, options: WriteOptions = {}): Promise<Accepted> =>
      make(api`/application/consistency-groups/${uuid}/snapshots`, snapshotBody(snapshot), options),

    /**
     * First phase: POST …/{uuid}/snapshots?action=start. Writes to the volumes are held back for at most `holdSeconds` (5…120, 7 unless said); nothing exists until it is
     * committed (the uuid is in `records`), and what is not committed in time is as if it had never been. ONTAP 9.11 and later. 53411918 not
     * permitted, 53411921 failed or the name is taken.
     */
    startSnapshot: (
      uuid: string,
      snapshot: NewGroupSnapshot & { readonly holdSeconds?: number },
      options: WriteOptions = {},
    ): Promise<Accepted> =>
      make(api`/application/consistency-groups/${uuid}/snapshots`, snapshotBody(snapshot), options, {
        action: "start",
        action_timeout: snapshot.holdSeconds ?? 7,
      }),

    /** Second phase: PATCH …/{uuid}/snapshots/{snapshot.uuid}?action=commit. 53411925 it came too late: there is no snapshot. */
    commitSnapshot: (uuid: string, snapshotUuid: string, options: WriteOptions = {}): Promise<Accepted> =>
      start(
        {
          method: "PATCH",
          path: api`/application/consistency-groups/${uuid}/snapshots/${snapshotUuid}`,
          query: { also: { action: "commit" } },
        },
        options,
      ),

    /** DELETE …/{uuid}/snapshots/{snapshot.uuid}, on every volume. 1638543 somebody owns one of them, 1638555 one is locked or held, 4 gone already. */
    deleteSnapshot: (uuid: string, snapshotUuid: string, options: WriteOptions = {}): Promise<Accepted> =>
      start(
        { method: "DELETE", path: api`/application/consistency-groups/${uuid}/snapshots/${snapshotUuid}` },
        options,
      ),

    /** PATCH …/{uuid} `restore_to`: every volume becomes what the snapshot holds; everything newer is deleted. 262325. */
    restoreTo: (uuid: string, snapshot: string, options: WriteOptions = {}): Promise<Accepted> =>
      start(
        {
          method: "PATCH",
          path: api`/application/consistency-groups/${uuid}`,
          body: { restore_to: { snapshot: { name: snapshot } } },
        },
        { returnTimeoutSeconds: NO_WAIT, ...options },
      ),

    /**
     * POST /application/consistency-groups with `clone`: FlexClones of all volumes, named with a prefix. ONTAP 9.12 and later; not where it holds dp volumes.
     * 53411852/60 the name is taken, 917526 a volume's is.
     */
    clone: (clone: NewGroupClone, options: WriteOptions = {}): Promise<Accepted> =>
      make(
        groups,
        {
          svm: { name: clone.svm },
          name: clone.name,
          clone: {
            parent_consistency_group: { name: clone.parent },
            parent_snapshot: { name: clone.snapshot },
            volume: { prefix: clone.volumePrefix },
          },
        },
        options,
      ),
  };
}

export type ConsistencyGroupReads = ReturnType<typeof consistencyGroupReads>;
export type ConsistencyGroupWrites = ReturnType<typeof consistencyGroupWrites>;
