import type { WorldCluster } from "../../worlds/types.js";
import type { AzureAddresses, ClusterState, LifState, PortState, SvmState } from "../state.js";

type Network = Pick<
  ClusterState,
  "lifs" | "fcLifs" | "ipspaces" | "broadcastDomains" | "ports" | "azure" | "azurePorts"
>;

/** LIFs and what they lie on: one IPspace, one broadcast domain. */
export function seedNetwork(spec: WorldCluster, svms: readonly SvmState[], id: (label: string) => string): Network {
  const svmNamed = (name: string | undefined): SvmState | undefined => svms.find((each) => each.name === name);
  const lifs = spec.lifs
    .filter((lif) => lif.kind !== "fc")
    .map((lif): LifState => ({
      uuid: id(`lif/${lif.name}`),
      name: lif.name,
      address: lif.address,
      netmask: "24",
      node: lif.node,
      port: lif.port,
      ipspace: "Default",
      kind: lif.kind as LifState["kind"],
      svm: svmNamed(lif.svm),
      enabled: true,
      up: true,
    }));
  return {
    lifs,
    fcLifs: spec.lifs.flatMap((lif) => {
      const svm = svmNamed(lif.svm);
      if (lif.kind !== "fc" || !svm) return [];
      const { name, node, port } = lif;
      return [
        {
          uuid: id(`fc/${name}`),
          name,
          wwpn: lif.wwpn ?? "",
          wwnn: svm.fcp?.targetName ?? "",
          node,
          port,
          svm,
          enabled: true,
        },
      ];
    }),
    ipspaces: [{ uuid: id("ipspace/Default"), name: "Default" }],
    broadcastDomains: [{ uuid: id("bd/Default"), name: "Default", ipspace: "Default", mtu: 1500 }],
    ports: seedPorts(spec, id),
    azure: spec.platform === "onprem" ? undefined : seedAddresses(spec),
    azurePorts: new Map(),
  };
}

/**
 * The NICs a CVO's virtual machines have besides those its LIFs are on: the world's own, else one a node, with an address two subnets
 * further than the node's intercluster LIF.
 */
export function spareNics(spec: WorldCluster): NonNullable<WorldCluster["nics"]> {
  if (spec.nics) return spec.nics;
  const port = spec.platform === "cvo-single" ? "e0b" : spec.platform === "cvo-ha" ? "e0d" : "e0g";
  return spec.nodes.map((node) => {
    const near = spec.lifs.find((lif) => lif.node === node && lif.kind === "intercluster");
    const [a, b, c = "0", d] = (near?.address ?? "").split(".");
    return { node, port, address: near ? [a, b, String(Number(c) + 2), d].join(".") : "" };
  });
}

/** What Azure delivers: the addresses of the LIFs deployed with the system and those of its further NICs. */
function seedAddresses(spec: WorldCluster): AzureAddresses {
  const known = [...spec.lifs, ...spareNics(spec)].filter((each) => each.address !== "");
  return new Map(known.map((each) => [each.address, each.node]));
}

/** The ports LIFs sit on, and on CVO one free NIC port per node as reference 2 names it. */
function seedPorts(spec: WorldCluster, id: (label: string) => string): PortState[] {
  const names = new Map<string, PortState>();
  const add = (node: string, name: string, inDefault: boolean): void => {
    const key = `${node}:${name}`;
    if (names.has(key)) return;
    names.set(key, {
      uuid: id(`port/${key}`),
      name,
      node,
      type: "physical",
      broadcastDomain: inDefault ? { name: "Default", ipspace: "Default" } : undefined,
    });
  };
  for (const lif of spec.lifs) if (lif.kind !== "fc") add(lif.node, lif.port, true);
  for (const nic of spareNics(spec)) add(nic.node, nic.port, false);
  return [...names.values()];
}
