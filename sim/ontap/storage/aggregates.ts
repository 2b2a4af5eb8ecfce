import { fieldTable } from "../kernel/fields.js";
import type { Collection } from "../kernel/route.js";
import type { AggregateState, ClusterState } from "../state.js";
import { usedBytes } from "./content.js";

/** Bytes free in the aggregate: what volumes use, or reserve where they are guaranteed. */
export function freeBytes(cluster: ClusterState, aggregate: AggregateState): number {
  const all = [...cluster.volumes, ...cluster.queue.map((each) => each.volume)].filter(
    (each) => each.aggregate === aggregate.name,
  );
  const used = all.reduce((sum, each) => sum + (each.guarantee === "volume" ? each.sizeBytes : usedBytes(each)), 0);
  return Math.max(0, aggregate.sizeBytes - used);
}

export const aggregates: Collection = {
  path: "/storage/aggregates",
  keys: ["uuid"],
  clusterOnly: true,
  fields: fieldTable(
    "uuid name state volume_count node.{uuid,name} home_node.{uuid,name} space.block_storage.{size,used,available}",
    "data_encryption.{software_encryption_enabled,drive_protection_enabled}",
  ),
  list: ({ cluster, fabric }) =>
    cluster.aggregates.map((aggregate) => ({
      key: aggregate.uuid,
      view: () => {
        const available = fabric.is(cluster.name, "destinationFull") ? 0 : freeBytes(cluster, aggregate);
        const node = cluster.nodes.find((each) => each.name === aggregate.node);
        const home = { uuid: node?.uuid, name: aggregate.node };
        return {
          uuid: aggregate.uuid,
          name: aggregate.name,
          state: "online",
          volume_count: cluster.volumes.filter((each) => each.aggregate === aggregate.name).length,
          node: home,
          home_node: home,
          space: { block_storage: { size: aggregate.sizeBytes, used: aggregate.sizeBytes - available, available } },
          data_encryption: { software_encryption_enabled: false, drive_protection_enabled: false },
        };
      },
    })),
};
