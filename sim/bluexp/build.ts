import type { Cloud } from "../kit/cloud.js";
import type { WorldCluster } from "../worlds/types.js";
import type { CreateBody } from "./check.js";

const TiB = 2 ** 40;

const asNumber = (address: string): number => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
const asText = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");

/** The addresses of a new system: the next free ones of its subnet, each kind in a row of its own. */
function addressesIn(subnetId: string, cloud: Cloud): (from: number) => string {
  const prefix = String(cloud.find(subnetId)?.properties["addressPrefix"] ?? "10.8.0.0/24");
  const [base = "", bits = "24"] = prefix.split("/");
  const size = 2 ** (32 - Number(bits));
  const taken = new Set(
    cloud
      .list("Microsoft.Network/networkInterfaces")
      .flatMap((nic) =>
        ((nic.properties["ipConfigurations"] ?? []) as { properties: { privateIPAddress: string } }[]).map(
          (each) => each.properties.privateIPAddress,
        ),
      ),
  );
  return (from) => {
    for (let at = from % size; ; at = (at + 1) % size) {
      const address = asText(asNumber(base) + at);
      if (at < 4 || taken.has(address)) continue;
      taken.add(address);
      return address;
    }
  };
}

/** A system registered with NetApp support has its licence for volume encryption too (reference 0). */
const registered = ["flexclone", "iscsi", "snapmirror", "snaprestore", "volume_encryption", "mt_ek_mgmt"];

/** The ONTAP system a creation makes: one aggregate of the disk asked for, one SVM with iSCSI, BlueXP's own LIFs. */
export function systemOf(body: CreateBody, ha: boolean, release: WorldCluster["release"], cloud: Cloud): WorldCluster {
  const { name = "", svmName = `svm_${name}`, svmPassword = "", diskSize, subnetId = "" } = body;
  const nodes = ha ? [`${name}-01`, `${name}-02`] : [`${name}-01`];
  const next = addressesIn(subnetId, cloud);
  const terabytes = (diskSize?.size ?? 1) / (diskSize?.unit === "GB" ? 1024 : 1);
  const first = nodes[0] ?? name;
  return {
    name,
    platform: ha ? "cvo-ha" : "cvo-single",
    release,
    nodes,
    resourceGroup: body.resourceGroup,
    // an Azure disk of 1 TB shows as 0.907 TiB to ONTAP
    aggregates: [{ name: "aggr1", node: first, sizeBytes: Math.round(terabytes * 0.907 * TiB) }],
    svms: [{ name: svmName, iscsi: true, fcp: false }],
    lifs: [
      { name: "cluster_mgmt", address: next(5), node: first, port: "e0a", kind: "management" },
      ...nodes.map((node, i) => ({
        name: `inter_${i + 1}`,
        address: next(21 + i),
        node,
        port: "e0a",
        kind: "intercluster" as const,
      })),
      ...nodes.map((node, i) => ({
        name: `iscsi_${i + 1}`,
        address: next(277 + i),
        node,
        port: "e0a",
        kind: "iscsi" as const,
        svm: svmName,
      })),
    ],
    volumes: [],
    ...(body.nssAccount === undefined ? {} : { licences: registered }),
    igroups: [],
    logins: [{ user: "admin", password: svmPassword, role: "admin" }],
  };
}

/** The Azure resources of a system, in the group it was given. */
export function deployInAzure(spec: WorldCluster, body: CreateBody, cloud: Cloud): void {
  const tags = Object.fromEntries((body.azureTags ?? []).map((each) => [each.tagKey, each.tagValue]));
  const group = `/subscriptions/${cloud.subscription}/resourceGroups/${body.resourceGroup ?? `${spec.name}-rg`}`;
  const location = body.region ?? cloud.location;
  if (!cloud.find(group))
    cloud.put({
      id: group,
      name: group.slice(group.lastIndexOf("/") + 1),
      type: "Microsoft.Resources/resourceGroups",
      location,
      tags,
      properties: { provisioningState: "Succeeded" },
    });
  for (const node of spec.nodes)
    cloud.put({
      id: `${group}/providers/Microsoft.Compute/virtualMachines/${node}`,
      name: node,
      type: "Microsoft.Compute/virtualMachines",
      location,
      tags,
      properties: { provisioningState: "Succeeded", hardwareProfile: { vmSize: body.vsaMetadata?.instanceType } },
    });
}
