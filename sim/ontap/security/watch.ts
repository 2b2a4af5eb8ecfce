import type { FabricState } from "../fabric.js";
import { where } from "../storage/content.js";
import { vaultOf } from "./keys.js";

/**
 * Nodes ask the key vault every 15 minutes; after four misses (knob) volumes whose keys are there go offline (reference 10). They stay so
 * until somebody brings them online again, which needs the vault.
 */
export function watchKeyVaults(fabric: FabricState): void {
  for (const cluster of fabric.clusters.values()) {
    const { security } = cluster;
    if (!fabric.is(cluster.name, "keyVaultDown")) {
      security.vaultDownSince = undefined;
      continue;
    }
    security.vaultDownSince ??= fabric.now;
    if (fabric.now - security.vaultDownSince < fabric.knobs.keyVaultPatienceMs) continue;
    for (const volume of cluster.volumes) {
      if (!volume.encrypted || volume.state !== "online" || !vaultOf(cluster, volume.svm)) continue;
      volume.state = "offline";
      volume.offlineForKeys = true;
      fabric.ems(cluster, "kmip2.server.keysOffline", "emergency", `${where(volume)}: keys not reachable, offline.`);
    }
  }
}
