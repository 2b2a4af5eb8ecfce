import { Refusal } from "../core/problems.js";
import { offered } from "../core/nearest.js";
import { listed } from "../runbooks/inventory.js";
import type { Inventory } from "../runbooks/index.js";

/** Hosts that serve a purpose, by its name or one of its other names. */
export function listHostsOf(inventory: Inventory, purpose: string): readonly string[] {
  const is = (name: string): boolean => name.toLowerCase() === purpose.toLowerCase();
  return inventory.hosts
    .filter((host) => host.purposes.some((each) => is(each.name) || each.aliases.some(is)))
    .map((host) => host.name);
}

/** The same; throws a Refusal with the nearest names when no host serves it. */
export function getHostsOf(inventory: Inventory, purpose: string): readonly string[] {
  const hosts = listHostsOf(inventory, purpose);
  if (hosts.length > 0) return hosts;
  const names = [...new Set(inventory.hosts.flatMap((host) => host.purposes.map((each) => each.name)))];
  throw new Refusal(`I know no purpose called "${purpose}". The nearest: ${listed(offered(purpose, names))}.`);
}
