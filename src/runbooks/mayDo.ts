import type { WriteFamily } from "../config/types.js";
import { getCluster } from "./inventory.js";
import type { Inventory } from "./tools.js";

/**
 * Is writing this family on this cluster beyond our login, so that a person does it? For a step's options:
 * `p.step.createSchedule(input, { handOff: handsOff(inventory, cluster, "schedules") })`. Throws a Refusal for a cluster nobody wrote down.
 */
export const handsOff = (inventory: Pick<Inventory, "clusters">, cluster: string, family: WriteFamily): boolean =>
  getCluster(inventory, cluster).handOff.includes(family);
