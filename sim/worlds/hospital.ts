import { epic } from "./epic.js";
import type { World, WorldCluster, WorldMirror, WorldVolume } from "./types.js";

const GiB = 2 ** 30;

interface Part {
  readonly name: string;
  readonly sizeBytes: number;
  readonly volumeGroup: string;
  readonly mountPoint: string;
}
const numbered = (name: string, count: number, part: Omit<Part, "name">): Part[] =>
  Array.from({ length: count }, (_, i) => ({ name: `epic_prd_${name}${String(i + 1).padStart(2, "0")}`, ...part }));

/** The database's volumes: eight of data, two of journals, two of the installation; one volume group each kind. */
const parts: readonly Part[] = [
  ...numbered("db", 8, { sizeBytes: 1536 * GiB, volumeGroup: "vg_epicdb", mountPoint: "/epic/prd/db" }),
  ...numbered("jrn", 2, { sizeBytes: 512 * GiB, volumeGroup: "vg_epicjrn", mountPoint: "/epic/prd/jrn" }),
  ...numbered("app", 2, { sizeBytes: 256 * GiB, volumeGroup: "vg_epicapp", mountPoint: "/epic/prd/app" }),
];

const volumeOf = (part: Part, at: Pick<WorldVolume, "svm" | "type" | "aggregate" | "encrypted">): WorldVolume => ({
  ...at,
  name: at.type === "dp" ? `${part.name}_dr` : part.name,
  sizeBytes: part.sizeBytes,
  luns: [{ name: "lun00", sizeBytes: part.sizeBytes }],
  layout: { volumeGroup: part.volumeGroup, logicalVolume: "lv_data", fileSystem: "xfs" },
});

const clarityDr = "svm_clarity_dr";

function array(cluster: WorldCluster): WorldCluster {
  const at = { svm: "svm_epic", type: "rw", aggregate: "aggr1_01a", encrypted: false } as const;
  return {
    ...cluster,
    volumes: [
      ...parts.map((part) => volumeOf(part, at)),
      ...cluster.volumes.filter(({ name }) => name.startsWith("clarity")),
    ],
    groups: [{ name: "cg_epicprd", svm: "svm_epic", volumes: parts.map(({ name }) => name) }],
    igroups: cluster.igroups.map((igroup) => ({
      ...igroup,
      maps: [
        ...parts.map(({ name }, number) => ({ lun: `/vol/${name}/lun00`, number })),
        ...igroup.maps
          .filter(({ lun }) => lun.startsWith("/vol/clarity"))
          .map(({ lun }, i) => ({ lun, number: parts.length + i })),
      ],
    })),
  };
}

/** Two SVMs: mirrors of the database in one, of the reporting database in the other, which has addresses of its own. */
function cvo(cluster: WorldCluster): WorldCluster {
  const at = { svm: "svm_epic_dr", type: "dp", aggregate: "aggr1", encrypted: true } as const;
  return {
    ...cluster,
    svms: [...cluster.svms, { name: clarityDr, iscsi: true, fcp: false }],
    lifs: [
      ...cluster.lifs,
      ...cluster.nodes.map((node, i) => ({
        name: `iscsi_clarity_0${i + 1}`,
        address: `10.8.1.3${i + 1}`,
        node,
        port: "e0a",
        kind: "iscsi" as const,
        svm: clarityDr,
      })),
    ],
    volumes: [
      ...parts.map((part) => volumeOf(part, at)),
      ...cluster.volumes.filter(({ name }) => name.startsWith("clarity")).map((each) => ({ ...each, svm: clarityDr })),
    ],
  };
}

function mirrors([prod, clarity]: readonly WorldMirror[]): readonly WorldMirror[] {
  if (!prod || !clarity) throw new Error("the world epic has two mirrors");
  return [
    ...parts.map(({ name }) => ({
      ...prod,
      source: { ...prod.source, volume: name },
      destination: { ...prod.destination, volume: `${name}_dr` },
    })),
    { ...clarity, destination: { ...clarity.destination, svm: clarityDr } },
  ];
}

const mounts = [...new Map(parts.map((part) => [part.volumeGroup, part])).values()].map(
  ({ volumeGroup, mountPoint }) => ({ mountPoint, volumeGroup, logicalVolume: "lv_data" }),
);

/** A hospital's size: a set of twelve volumes in one consistency group and three volume groups, and two SVMs on CVO. Everything else is as in `epic`. */
export const hospital: World = {
  ...epic,
  name: "hospital",
  clusters: epic.clusters.map((cluster) => (cluster.platform === "onprem" ? array(cluster) : cvo(cluster))),
  mirrors: mirrors(epic.mirrors),
  hosts: epic.hosts.map((host) => ({
    ...host,
    mounts: host.mounts.flatMap((mount) => (mount.volumeGroup === "vg_epicprd" ? mounts : [mount])),
  })),
};
