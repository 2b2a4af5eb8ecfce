import type { WorldCluster, WorldVolume } from "../../worlds/types.js";
import type { FabricState } from "../fabric.js";
import { seedSecurity } from "../security/seed.js";
import { builtInPolicies } from "../snapmirror/builtin.js";
import type {
  ClusterState,
  Cron,
  LifState,
  PolicyState,
  PortState,
  ScheduleState,
  SnapshotPolicyState,
  SvmState,
  VolumeState,
} from "../state.js";
import { ensureIdentities, volumeNamed } from "../storage/content.js";
import { seedMirror } from "./mirror.js";
import { type History, historyOf } from "./nights.js";

/** Builds every array of the world at `fabric.now`. */
export function seedWorld(fabric: FabricState): void {
  for (const spec of fabric.world.clusters) fabric.clusters.set(spec.name, seedCluster(fabric, spec));
  const mirrored = new Map<string, History>();
  for (const spec of fabric.world.clusters) {
    for (const volume of spec.volumes.filter((each) => each.type === "rw")) {
      const history = historyOf(fabric, volume);
      mirrored.set(`${spec.name}/${volume.svm}/${volume.name}`, history);
      addVolume(fabric, fabric.cluster(spec.name), volume, history);
    }
  }
  for (const mirror of fabric.world.mirrors) {
    const { cluster, svm, volume } = mirror.source;
    const history = mirrored.get(`${cluster}/${svm}/${volume}`);
    const target = fabric.cluster(mirror.destination.cluster);
    const spec = target.spec.volumes.find((each) => each.name === mirror.destination.volume);
    if (!history || !spec) throw new Error(`mirror of ${volume}: volume missing in the world`);
    const destination = addVolume(fabric, target, spec, history);
    seedMirror(fabric, mirror, destination, history);
  }
  for (const spec of fabric.world.clusters) seedIgroups(fabric, fabric.cluster(spec.name));
  if (fabric.world.peered) seedPeers(fabric);
}

function seedCluster(fabric: FabricState, spec: WorldCluster): ClusterState {
  const id = (label: string): string => fabric.ids.uuid(`${spec.name}/${label}`);
  const born = fabric.now - 400 * 86_400_000;
  const svms = spec.svms.map((svm, i): SvmState => {
    const hex = fabric.ids.hex(`${spec.name}/${svm.name}/iqn`, 32);
    return {
      uuid: id(`svm/${svm.name}`),
      name: svm.name,
      iscsi: svm.iscsi
        ? { targetName: `iqn.1992-08.com.netapp:sn.${hex}:vs.${i + 3}`, enabled: true, alias: svm.name }
        : undefined,
      fcp: svm.fcp ? { targetName: `20:00:00:a0:98:5a:01:0${i}`, enabled: true } : undefined,
      createdAt: born,
    };
  });
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
    uuid: id("cluster"),
    name: spec.name,
    spec,
    nodes: spec.nodes.map((name) => ({ uuid: id(`node/${name}`), name, serial: fabric.ids.hex(`${name}/serial`, 12) })),
    aggregates: spec.aggregates.map((each) => ({ ...each, uuid: id(`aggr/${each.name}`) })),
    svms,
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
    routes: [],
    peers: [],
    svmPeers: [],
    permissions: [],
    schedules: seedSchedules(fabric, id),
    policies: [
      ...builtInPolicies(spec, id),
      ...fabric.world.policies.map((each): PolicyState => ({
        uuid: id(`policy/${each.name}`),
        name: each.name,
        type: "async",
        comment: "",
        throttle: 0,
        compression: false,
        retention: each.retention,
        copyAll: false,
        copyLatest: false,
        createOnSource: true,
      })),
    ],
    volumes: [],
    queue: [],
    igroups: [],
    maps: [],
    sessions: [],
    iscsiCredentials: [],
    relationships: [],
    releases: [],
    groups: [],
    jobs: [],
    mav: [],
    security: seedSecurity(fabric, spec, svms, id),
    snapshotPolicies: seedSnapshotPolicies(id),
    ems: [],
    emsDestinations: [],
    asup: [],
    creating: new Set(),
  };
}

/** Schedules every release brings with it, and the world's own. */
const SCHEDULES: Readonly<Record<string, Cron>> = {
  "5min": { minutes: [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55] },
  "8hour": { minutes: [15], hours: [2, 10, 18] },
  hourly: { minutes: [5] },
  daily: { minutes: [10], hours: [0] },
  weekly: { minutes: [15], hours: [0], weekdays: [0] },
  monthly: { minutes: [20], hours: [0], days: [1] },
};

function seedSchedules(fabric: FabricState, id: (label: string) => string): ScheduleState[] {
  const own = fabric.world.schedules.map(({ name, minutes, hours }) => ({ name, cron: { minutes, hours } }));
  const known = Object.entries(SCHEDULES).map(([name, cron]) => ({ name, cron }));
  return [...known, ...own].map((each) => ({ uuid: id(`schedule/${each.name}`), ...each }));
}

const seedSnapshotPolicies = (id: (label: string) => string): SnapshotPolicyState[] =>
  [
    { name: "default", copies: [["hourly", 6] as const, ["daily", 2] as const, ["weekly", 2] as const] },
    { name: "default-1weekly", copies: [["hourly", 6] as const, ["daily", 2] as const, ["weekly", 1] as const] },
    { name: "none", copies: [] },
  ].map(({ name, copies }) => ({
    uuid: id(`snapshot-policy/${name}`),
    name,
    enabled: name !== "none",
    comment: "",
    copies: copies.map(([schedule, count]) => ({
      schedule,
      count,
      prefix: schedule,
      label: schedule === "hourly" ? undefined : schedule,
    })),
  }));

/** The ports LIFs sit on, and on CVO one free NIC port per node as reference 2 names it. */
function seedPorts(spec: WorldCluster, id: (label: string) => string): PortState[] {
  const spare = spec.platform === "cvo-single" ? "e0b" : spec.platform === "cvo-ha" ? "e0d" : "e0g";
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
  for (const node of spec.nodes) add(node, spare, false);
  return [...names.values()];
}

function addVolume(fabric: FabricState, cluster: ClusterState, spec: WorldVolume, history: History): VolumeState {
  const svm = cluster.svms.find((each) => each.name === spec.svm);
  if (!svm) throw new Error(`${cluster.name} has no SVM ${spec.svm}`);
  const volume: VolumeState = {
    uuid: fabric.ids.uuid(`${cluster.name}/volume/${spec.name}`),
    name: spec.name,
    svm,
    type: spec.type,
    state: "online",
    sizeBytes: spec.sizeBytes,
    aggregate: spec.aggregate,
    encrypted: spec.encrypted,
    guarantee: "none",
    snapshotPolicy: "none",
    comment: "",
    tags: [],
    language: "c.utf_8",
    createdAt: fabric.now - 380 * 86_400_000,
    msid: 2_147_484_600 + cluster.volumes.length + 1,
    snapshotLocking: false,
    initialized: true,
    content: history.live,
    snapshots: [],
    identities: new Map(),
  };
  const nights = spec.type === "rw" ? history.nights.slice(-history.keptOnSource) : history.nights;
  volume.snapshots = nights.map((night) => ({
    uuid: fabric.ids.uuid(`${cluster.name}/${spec.name}/${night.name}`),
    ...night,
    provenanceVolumeUuid: history.sourceUuid(fabric),
  }));
  cluster.volumes.push(volume);
  ensureIdentities(fabric, cluster, volume);
  return volume;
}

function seedIgroups(fabric: FabricState, cluster: ClusterState): void {
  for (const spec of cluster.spec.igroups) {
    const svm = cluster.svms.find((each) => each.name === spec.svm);
    if (!svm) throw new Error(`${cluster.name} has no SVM ${spec.svm}`);
    const igroup = {
      uuid: fabric.ids.uuid(`${cluster.name}/igroup/${spec.name}`),
      name: spec.name,
      svm,
      protocol: spec.protocol,
      osType: "linux",
      comment: "",
      deleteOnUnmap: false,
      initiators: spec.initiators.map((name) => ({ name, comment: "" })),
    };
    cluster.igroups.push(igroup);
    for (const map of spec.maps) {
      const [, , volumeName = "", lunName = ""] = map.lun.split("/");
      const volume = volumeNamed(cluster, svm.name, volumeName);
      const file = volume?.content.luns.find((each) => each.name === lunName);
      const identity = file && volume?.identities.get(file.inode);
      if (!identity) throw new Error(`igroup ${spec.name} maps ${map.lun}, which is not there`);
      cluster.maps.push({ svm, lunUuid: identity.uuid, igroupUuid: igroup.uuid, number: map.number });
    }
  }
}

/** Every two clusters and their SVMs know each other; aliases are the remote names. */
function seedPeers(fabric: FabricState): void {
  const all = [...fabric.clusters.values()];
  for (const here of all) {
    for (const there of all.filter((each) => each !== here)) {
      here.peers.push({
        uuid: there.uuid,
        name: there.name,
        remote: there.name,
        addresses: there.lifs.filter((lif) => lif.kind === "intercluster").map((lif) => lif.address),
        ipspace: "Default",
        applications: ["snapmirror"],
        allowedSvms: [],
        encryption: "tls_psk",
        createdAt: fabric.now - 390 * 86_400_000,
      });
      for (const svm of here.svms) {
        for (const remote of there.svms) {
          here.svmPeers.push({
            uuid: fabric.ids.uuid(`svmpeer/${here.name}/${svm.name}/${there.name}/${remote.name}`),
            name: remote.name,
            svm,
            remoteCluster: there.name,
            remoteSvmUuid: remote.uuid,
            state: "peered",
            applications: ["snapmirror"],
          });
        }
      }
    }
  }
}
