import { fieldTable } from "../kernel/fields.js";
import { isoTime } from "../kernel/query.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx } from "../kernel/route.js";
import { ref, sees } from "../kernel/scope.js";
import { type LunPlace, lunPath, lunPlaces } from "./content.js";
import { overlaid } from "./settings.js";

export const lunFields = fieldTable(
  "qos_policy.{uuid,name} auto_delete space.{scsi_thin_provisioning_support_enabled,guarantee.requested} consistency_group.{uuid,name}",
  "uuid name svm.{uuid,name} enabled os_type class comment create_time serial_number serial_number_hex",
  "location.{logical_unit,node.{uuid,name},volume.{uuid,name}} space.{size,used,guarantee.{requested,reserved}}",
  "status.{container_state,state,read_only} status.mapped! attributes.{name,value}!",
  "lun_maps.{igroup.{uuid,name},logical_unit_number}!",
);

export const luns: Collection = {
  path: "/storage/luns",
  keys: ["uuid"],
  fields: lunFields,
  list: (ctx) => visibleLuns(ctx).map((place) => ({ key: lunPath(place), view: () => lunView(ctx, place) })),
  find: (ctx, uuid) => {
    const place = visibleLuns(ctx).find((each) => each.identity.uuid === uuid);
    return place && { key: uuid, view: () => lunView(ctx, place) };
  },
};

export const visibleLuns = (ctx: Ctx): LunPlace[] =>
  [...lunPlaces(ctx.cluster)].filter((place) => sees(ctx, place.volume.svm));

/** Refuses writes: in a dp volume, or under restore. */
export const readOnly = ({ volume }: LunPlace): boolean => volume.type === "dp" || volume.restoring !== undefined;

export function lunView(ctx: Ctx, place: LunPlace): Rec {
  const { volume, file, identity } = place;
  const { cluster } = ctx;
  const maps = cluster.maps.filter((map) => map.lunUuid === identity.uuid);
  const aggregate = cluster.aggregates.find((each) => each.name === volume.aggregate);
  const node = cluster.nodes.find((each) => each.name === aggregate?.node);
  const online = volume.state === "online";
  const shown: Rec = {
    uuid: identity.uuid,
    name: lunPath(place),
    svm: ref(volume.svm),
    enabled: identity.enabled,
    os_type: file.osType,
    class: "regular",
    comment: identity.comment || undefined,
    create_time: isoTime(identity.createdAt),
    serial_number: identity.serial,
    serial_number_hex: Buffer.from(identity.serial, "latin1").toString("hex"),
    location: { logical_unit: file.name, node: node && ref(node), volume: ref(volume) },
    space: {
      size: file.sizeBytes,
      used: 0,
      guarantee: { requested: false, reserved: false },
      scsi_thin_provisioning_support_enabled: false,
    },
    auto_delete: false,
    status: {
      container_state: online ? "online" : "volume_offline",
      state: online && identity.enabled ? "online" : "offline",
      read_only: readOnly(place),
      mapped: maps.length > 0,
    },
    attributes: [],
    lun_maps: maps.map((map) => {
      const igroup = cluster.igroups.find((each) => each.uuid === map.igroupUuid);
      return { igroup: igroup && ref(igroup), logical_unit_number: map.number };
    }),
  };
  return overlaid(shown, identity.settings);
}
