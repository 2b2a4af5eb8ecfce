import { writeFamilies, type WriteFamily } from "../config/families.js";
import type { ClusterConfig } from "../config/types.js";
import { ok, warn, type Check, type Finding } from "./check.js";

/** As much of a login's rights as is looked through: nothing is written to find them out. */
export interface RightsLook {
  mayRead(path: string): Promise<boolean>;
  listOwn(user: string): Promise<readonly { readonly path: string; readonly access: string }[] | undefined>;
}

/** One collection that stands for each family. */
const PATHS: Readonly<Record<WriteFamily, string>> = {
  network: "/network/ip/interfaces",
  clusterPeers: "/cluster/peers",
  svmPeers: "/svm/peers",
  schedules: "/cluster/schedules",
  policies: "/snapmirror/policies",
  relationships: "/snapmirror/relationships",
  keyManagers: "/security/azure-key-vaults",
  volumes: "/storage/volumes",
  // Snapshots lie below their volume, and so does the right to them.
  snapshots: "/storage/volumes",
  consistencyGroups: "/application/consistency-groups",
  luns: "/storage/luns",
  igroups: "/protocols/san/igroups",
};

type May = "write" | "read" | "nothing" | "see";

/**
 * Does the configuration say of the login what the cluster says of it? Its own role where it may read it; else a harmless look at each family:
 * what it may not see it may not write, and what it sees it may or may not.
 */
export function rightsCheck(cluster: ClusterConfig, look: RightsLook): Check {
  const name = `rights ${cluster.name}`;
  return {
    name,
    run: async () => {
      const privileges = "user" in cluster.login ? await look.listOwn(cluster.login.user) : undefined;
      const may = new Map<WriteFamily, May>();
      for (const family of writeFamilies)
        may.set(
          family,
          privileges ? byRole(privileges, PATHS[family]) : (await look.mayRead(PATHS[family])) ? "see" : "nothing",
        );
      return findings(name, cluster, may, privileges !== undefined);
    },
  };
}

/** The longest path that covers the collection decides. */
function byRole(privileges: readonly { readonly path: string; readonly access: string }[], path: string): May {
  const covers = (of: string): boolean => of === "/api" || `/api${path}` === of || `/api${path}`.startsWith(`${of}/`);
  const [best] = privileges.filter((each) => covers(each.path)).sort((a, b) => b.path.length - a.path.length);
  if (!best || best.access === "none") return "nothing";
  return best.access === "readonly" ? "read" : "write";
}

function findings(
  name: string,
  { name: cluster, handOff }: ClusterConfig,
  may: ReadonlyMap<WriteFamily, May>,
  certain: boolean,
): Finding[] {
  const of = (...which: May[]): WriteFamily[] =>
    writeFamilies.filter((family) => which.includes(may.get(family) ?? "see"));
  const lacking = of("nothing", "read").filter((family) => !handOff.includes(family));
  const spare = of("write").filter((family) => handOff.includes(family));
  const said = handOff.length === 0 ? "hands nothing off" : `hands ${handOff.join(", ")} off`;
  return [
    ...(lacking.length > 0
      ? [
          warn(
            name,
            `the login may not write ${lacking.join(", ")}, and nothing of it is handed off: such a step would fail half way through a run.`,
            `Add them to clusters.${cluster}.handOff, or the paths to the login's role.`,
          ),
        ]
      : []),
    ...(spare.length > 0
      ? [
          warn(
            name,
            `the login may write ${spare.join(", ")}, and the configuration hands it off to a person.`,
            `Take them out of clusters.${cluster}.handOff if Sluice should do it.`,
          ),
        ]
      : []),
    ...(lacking.length + spare.length === 0
      ? [
          ok(
            name,
            certain
              ? `the configuration ${said}, and so does the login's role.`
              : `the configuration ${said}; nothing that can be seen without writing speaks against it.`,
          ),
        ]
      : []),
  ];
}
