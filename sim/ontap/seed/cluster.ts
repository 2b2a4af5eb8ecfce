import type { WorldCluster } from "../../worlds/types.js";
import type { FabricState } from "../fabric.js";
import { seedSecurity } from "../security/seed.js";
import { builtInPolicies } from "../snapmirror/builtin.js";
import type { ClusterState, Cron, PolicyState, ScheduleState, SnapshotPolicyState, SvmState } from "../state.js";
import { seedNetwork } from "./network.js";

/** A cluster with nothing on it but what every one has and the world's policies and schedules. */
export function seedCluster(fabric: FabricState, spec: WorldCluster): ClusterState {
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
      // Azure's own resolver, which is what BlueXP gives the SVMs it makes.
      dns: spec.platform === "onprem" ? undefined : { domains: ["riverside.internal"], servers: ["168.63.129.16"] },
      createdAt: born,
    };
  });
  return {
    uuid: id("cluster"),
    name: spec.name,
    spec,
    nodes: spec.nodes.map((name) => ({ uuid: id(`node/${name}`), name, serial: fabric.ids.hex(`${name}/serial`, 12) })),
    aggregates: spec.aggregates.map((each) => ({ ...each, uuid: id(`aggr/${each.name}`) })),
    svms,
    ...seedNetwork(spec, svms, id),
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
    bulk: [],
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
