import type { CloudNic } from "../../kit/cloud.js";
import type { FabricState } from "../fabric.js";
import { spareNics } from "../seed/network.js";

/** A network interface of a node's virtual machine. */
export interface Nic {
  readonly node: string;
  /** The port ONTAP will see it as (`e0d`); absent: a further address of a NIC that is there. */
  readonly port?: string;
  readonly address: string;
}

/** What Azure does between stopping and starting a CVO node: from now on the port is there, and the address is delivered. */
export function attachNic(fabric: FabricState, clusterName: string, nic: Nic): void {
  const cluster = fabric.cluster(clusterName);
  if (!cluster.azure) throw new Error(`${clusterName} is not in Azure`);
  if (!cluster.nodes.some((each) => each.name === nic.node))
    throw new Error(`${clusterName} has no node "${nic.node}"`);
  if (nic.address === "") throw new Error("a NIC has an address");
  cluster.azure.set(nic.address, nic.node);
  if (nic.port !== undefined) cluster.azurePorts.set(nic.address, nic.port);
  if (nic.port === undefined || cluster.ports.some((each) => each.node === nic.node && each.name === nic.port)) return;
  cluster.ports.push({
    uuid: fabric.ids.uuid(`${clusterName}/port/${nic.node}:${nic.port}`),
    name: nic.port,
    node: nic.node,
    type: "physical",
  });
}

/** The interfaces of every array in Azure as Azure has them: one a node and port, with its addresses. */
export function cloudNics(fabric: FabricState): CloudNic[] {
  const nics = new Map<string, CloudNic & { readonly addresses: string[] }>();
  for (const cluster of fabric.clusters.values()) {
    const known = [...cluster.spec.lifs, ...spareNics(cluster.spec)];
    for (const [address, node] of cluster.azure ?? []) {
      const port = cluster.azurePorts.get(address) ?? known.find((each) => each.address === address)?.port ?? "e0a";
      const key = `${cluster.name}/${node}/${port}`;
      const nic = nics.get(key) ?? {
        cluster: cluster.name,
        node,
        port,
        resourceGroup: cluster.spec.resourceGroup,
        addresses: [],
      };
      nic.addresses.push(address);
      nics.set(key, nic);
    }
  }
  return [...nics.values()];
}
