import type { CloudNic } from "../kit/cloud.js";
import type { SimClock } from "../kit/clock.js";
import { start } from "../kit/http.js";
import type { Call } from "../kit/log.js";
import type { San } from "../kit/san.js";
import { serverCert, simCa } from "../kit/tls.js";
import type { World, WorldCluster } from "../worlds/types.js";
import { clearFaults, controls, setFault } from "./control.js";
import { FabricState } from "./fabric.js";
import { installClientCa } from "./kernel/logins.js";
import { answer } from "./kernel/serve.js";
import type { Targets } from "./bytes/bytes.js";
import { DataFolder } from "./bytes/files.js";
import { LunBytes } from "./bytes/lunBytes.js";
import type { Knobs } from "./knobs.js";
import type { Effect, FaultRule } from "./model.js";
import { attachNic, cloudNics, type Nic } from "./network/azure.js";
import { ArraySan } from "./san/san.js";
import type { Bulk } from "./seed/bulk.js";
import { comparable, type ComparableOptions } from "./snapshot.js";
import { volumeNamed } from "./storage/content.js";
import { applicationWrite } from "./storage/volumes.js";

export { instant, type Knobs, knobsFrom, realistic } from "./knobs.js";
export type { ShownLun, ShownTarget, Targets } from "./bytes/bytes.js";
export { naaOf, TgtTargets, type TgtServer } from "./bytes/tgt.js";
export type { Nic } from "./network/azure.js";
export type { Bulk } from "./seed/bulk.js";
export { type Profile, RELEASES, withProfile } from "./seed/profile.js";
export type { Condition, Effect, Fault, FaultRule } from "./model.js";

export interface FabricOptions {
  readonly world: World;
  readonly clock: SimClock;
  readonly knobs?: Partial<Knobs>;
  /** Same seed and same calls: same uuids, serials and latencies. Default 1. */
  readonly seed?: number;
  /** Many small mirrors besides the world's own: for benches. */
  readonly bulk?: Bulk;
  /** LUNs are real files there, and real targets serve them. Without it the host simulator says what is on a disk. */
  readonly data?: DataOptions;
  /** Folder of a CA shared with other processes; default: this process's own. */
  readonly caFolder?: string;
}

export interface DataOptions {
  /** `luns/` and `kept/` in it are made anew; `seed/WHEN/VOLUME/LUN.img` (WHEN: night, live) is what LUNs hold at the start, blank without. */
  readonly folder: string;
  /** A LUN's file is so many times smaller than the LUN says it is. Default 1. */
  readonly divisor?: number;
  readonly targets?: Targets;
}

export interface ListenOptions {
  readonly port?: number;
  /** Default true, as ONTAP speaks HTTPS only. */
  readonly tls?: boolean;
  readonly host?: string;
  /** The cluster is not there yet: until it is, every call is cut, as where no machine has the address. */
  readonly later?: boolean;
}

/** The arrays of a world: they know each other, and hosts see them through `san()`. */
export interface Fabric {
  listen(cluster: string, options?: ListenOptions): Promise<{ readonly url: string; close(): Promise<void> }>;
  san(): San;
  /** Everything that makes two worlds differ; equal (toEqual) before and after means nothing was left behind. */
  snapshot(options?: ComparableOptions): unknown;
  calls(cluster: string): readonly Call[];
  /** Destructive things that really took place on the cluster, oldest first. */
  effects(cluster: string): readonly Effect[];
  fault(cluster: string, rule: FaultRule): void;
  clearFaults(): void;
  /** Turns some knobs while the arrays run. */
  knobs(turned: Partial<Knobs>): void;
  /** A network interface comes to a node's virtual machine in Azure. */
  attachNic(cluster: string, nic: Nic): void;
  /** Network interfaces of the arrays in Azure, as Azure has them. */
  cloudNics(): readonly CloudNic[];
  /** A system that is deployed while the world runs. */
  addCluster(spec: WorldCluster): void;
  removeCluster(name: string): void;
  has(cluster: string): boolean;
  /** Switched off: what calls it is cut, and its peers miss it. */
  setPower(cluster: string, power: "on" | "off"): void;
  /** Volumes there beside the roots of its SVMs; what runs there now. */
  load(cluster: string): { readonly volumes: number; readonly transfers: number };
  /** A CA, or a self-signed client certificate, whose holders may log in by certificate (`client-ca`). */
  trustClients(cluster: string, caPem: string): void;
  /** An application writes: the volume's new content id. */
  write(cluster: string, svm: string, volume: string): string;
  /** Content id of a volume, or of a snapshot of it; undefined when it is not there. */
  contentOf(cluster: string, svm: string, volume: string, snapshot?: string): string | undefined;
  /** Only with `data`: a volume's LUNs by name, with the file each one's bytes are in. */
  lunFiles(cluster: string, svm: string, volume: string): Readonly<Record<string, string>>;
  /** Brings the arrays to the clock's present time, which every look at them does too: for those that nobody looks at. */
  settle(): void;
  /** The world as at the start, at the clock's present time. */
  reset(): void;
  /** How many things (ends of jobs, of transfers, of a deleted volume's time in the queue) wait for their time, schedules aside. */
  due(): number;
  /** Remembers everything, logs and faults too; the function puts it back. The clock is the caller's to put back first. */
  save(): () => void;
}

/** Builds the arrays of a world. Nothing listens until `listen`. */
export function createFabric(options: FabricOptions): Fabric {
  const { data } = options;
  const bytes =
    data && ((of: FabricState) => new LunBytes(of, new DataFolder(data.folder, data.divisor ?? 1), data.targets));
  const state = new FabricState(
    options.world,
    options.clock,
    options.knobs ?? {},
    options.seed ?? 1,
    options.bulk,
    bytes,
  );
  const san = new ArraySan(state);
  const settled = <T>(look: () => T): T => {
    state.settle();
    return look();
  };
  return {
    listen: async (cluster, o = {}) => {
      if (o.later !== true) state.cluster(cluster);
      const ca = await simCa(options.caFolder);
      if (o.later !== true && !state.clientCas.has(cluster)) installClientCa(state, cluster, ca.certPem);
      // The TLS layer only asks for a certificate: whose it is and whether it is trusted is the login's business, and can change.
      const tls = o.tls === false ? undefined : { ...(await serverCert(ca)), clientCa: ca.certPem };
      return start({
        port: o.port,
        host: o.host,
        tls,
        handler: (request) => {
          state.settle();
          return state.clusters.has(cluster) ? answer(state, cluster, request) : { kind: "reset" };
        },
        log: state.keepLog(cluster),
        control: controls(state, cluster),
      });
    },
    san: () => san,
    snapshot: (o) => settled(() => comparable(state, o)),
    calls: (cluster) => state.log(cluster).calls,
    effects: (cluster) => settled(() => state.effects.get(cluster) ?? []),
    fault: (cluster, rule) => setFault(state, cluster, rule),
    clearFaults: () => clearFaults(state),
    knobs: (turned) => state.turn(turned),
    attachNic: (cluster, nic) => attachNic(state, cluster, nic),
    addCluster: (spec) => settled(() => state.addCluster(spec)),
    removeCluster: (name) => settled(() => state.removeCluster(name)),
    has: (cluster) => settled(() => state.clusters.has(cluster)),
    setPower: (cluster, power) =>
      settled(() => {
        if (power === "off") state.off.add(cluster);
        else state.off.delete(cluster);
      }),
    load: (cluster) =>
      settled(() => {
        const found = state.clusters.get(cluster);
        const moving = (found?.relationships ?? []).filter((each) => each.transfer !== undefined);
        return { volumes: found?.volumes.length ?? 0, transfers: moving.length };
      }),
    due: () => settled(() => state.pending()),
    cloudNics: () => cloudNics(state),
    trustClients: (cluster, caPem) => installClientCa(state, cluster, caPem),
    write: (cluster, svm, volume) =>
      settled(() => applicationWrite({ fabric: state, cluster: state.cluster(cluster) }, svm, volume)),
    contentOf: (cluster, svm, volume, snapshot) =>
      settled(() => {
        const found = volumeNamed(state.cluster(cluster), svm, volume);
        return snapshot === undefined
          ? found?.content.id
          : found?.snapshots.find((each) => each.name === snapshot)?.content.id;
      }),
    lunFiles: (cluster, svm, volume) =>
      settled(() => {
        const found = volumeNamed(state.cluster(cluster), svm, volume);
        return found ? (state.bytes?.files(found) ?? {}) : {};
      }),
    settle: () => state.settle(),
    reset: () => state.reset(),
    save: () => state.save(),
  };
}
