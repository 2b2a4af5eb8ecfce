import { text } from "../kernel/body.js";
import { ApiError } from "../kernel/errors.js";
import type { Rec } from "../kernel/records.js";
import type { ClusterState, PortState } from "../state.js";

type Place = "home_port" | "home_node" | "port" | "node" | "broadcast_domain";

/**
 * The port a body's `location` leads to: a port by name and node (or uuid), else the first fitting one of a node or a broadcast domain.
 * Undefined when it names none. `home` looks at home_port, home_node and broadcast_domain, `now` at port and node.
 */
export function wantedPort(
  cluster: ClusterState,
  body: Rec,
  ipspace: string,
  which: "home" | "now",
): PortState | undefined {
  const [portField, nodeField] = which === "home" ? (["home_port", "home_node"] as const) : (["port", "node"] as const);
  const named = portNamed(cluster, body, portField, nodeField);
  const node = nodeNamed(cluster, body, nodeField);
  const domain = which === "home" ? domainNamed(cluster, body, ipspace) : undefined;
  if (named) return checked(named, ipspace);
  if (node === undefined && domain === undefined) return undefined;
  const fits = (port: PortState): boolean =>
    port.broadcastDomain?.ipspace === ipspace &&
    (node === undefined || port.node === node) &&
    (domain === undefined || port.broadcastDomain.name === domain);
  const found = cluster.ports.find((port) => fits(port) && port.enabled !== false);
  if (!found) throw new ApiError(1967153, "No suitable port exists at that location.", 400, "location");
  return found;
}

function checked(port: PortState, ipspace: string): PortState {
  if (port.broadcastDomain?.ipspace !== ipspace)
    throw new ApiError(1966373, `Port "${port.name}" is not in IPspace "${ipspace}".`, 400, "location.home_port");
  if (port.enabled === false) throw new ApiError(1967154, `Port "${port.name}" is down.`, 400, "location.home_port");
  return port;
}

function portNamed(cluster: ClusterState, body: Rec, field: Place, nodeField: Place): PortState | undefined {
  const uuid = text(body, `location.${field}.uuid`);
  const name = text(body, `location.${field}.name`);
  if (uuid === undefined && name === undefined) return undefined;
  const node = text(body, `location.${field}.node.name`) ?? nodeNamed(cluster, body, nodeField);
  if (uuid === undefined && node === undefined)
    throw new ApiError(1967111, `A port by name needs its node.`, 400, `location.${field}.node.name`);
  const found = cluster.ports.find(
    (each) =>
      (uuid === undefined || each.uuid === uuid) &&
      (name === undefined || each.name === name) &&
      (node === undefined || each.node === node),
  );
  if (!found)
    throw new ApiError(1967153, `There is no port "${name ?? uuid ?? ""}" on node "${node ?? ""}".`, 400, "location");
  return found;
}

function nodeNamed(cluster: ClusterState, body: Rec, field: Place): string | undefined {
  const uuid = text(body, `location.${field}.uuid`);
  const name = text(body, `location.${field}.name`);
  if (uuid === undefined && name === undefined) return undefined;
  const found = cluster.nodes.find((each) => each.uuid === uuid || each.name === name);
  if (!found) throw new ApiError(1967111, `Node "${name ?? uuid ?? ""}" does not exist.`, 400, `location.${field}`);
  return found.name;
}

function domainNamed(cluster: ClusterState, body: Rec, ipspace: string): string | undefined {
  const uuid = text(body, "location.broadcast_domain.uuid");
  const name = text(body, "location.broadcast_domain.name");
  if (uuid === undefined && name === undefined) return undefined;
  const found = cluster.broadcastDomains.find(
    (each) => each.uuid === uuid || (each.name === name && each.ipspace === ipspace),
  );
  if (!found) throw new ApiError(1967136, `Broadcast domain "${name ?? uuid ?? ""}" does not exist.`, 400, "location");
  return found.name;
}
