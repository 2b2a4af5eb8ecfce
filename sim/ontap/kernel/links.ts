import { isRec, type Rec, type Val } from "./records.js";

/** Where an object that another one names by uuid can be read. */
const PLACES: Readonly<Record<string, string>> = {
  svm: "/svm/svms",
  cluster_peer: "/cluster/peers",
  node: "/cluster/nodes",
  home_node: "/cluster/nodes",
  nodes: "/cluster/nodes",
  reporting_nodes: "/cluster/nodes",
  partners: "/cluster/nodes",
  schedule: "/cluster/schedules",
  transfer_schedule: "/cluster/schedules",
  policy: "/snapmirror/policies",
  relationship: "/snapmirror/relationships",
  volume: "/storage/volumes",
  parent_volume: "/storage/volumes",
  aggregates: "/storage/aggregates",
  lun: "/storage/luns",
  igroup: "/protocols/san/igroups",
  igroups: "/protocols/san/igroups",
  ipspace: "/network/ipspaces",
  broadcast_domain: "/network/ethernet/broadcast-domains",
  port: "/network/ethernet/ports",
  home_port: "/network/ethernet/ports",
  service_policy: "/network/ip/service-policies",
  consistency_group: "/application/consistency-groups",
};

export const self = (href: string): Rec => ({ self: { href } });

/** Adds `_links` to every object inside that names another one: what HAL adds to an answer. */
export function linked(value: Val, name = ""): Val {
  if (Array.isArray(value)) return (value as readonly Val[]).map((each) => linked(each, name));
  if (!isRec(value)) return value;
  const out: Record<string, Val> = {};
  for (const [key, each] of Object.entries(value)) if (each !== undefined) out[key] = linked(each, key);
  const place = PLACES[name];
  // A policy of quality of service or efficiency is not one of SnapMirror: those come without a uuid here.
  if (place !== undefined && typeof value["uuid"] === "string") out["_links"] = self(`/api${place}/${value["uuid"]}`);
  return out;
}
