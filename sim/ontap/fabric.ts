import type { SimClock } from "../kit/clock.js";
import type { Bytes } from "./bytes/bytes.js";
import { FaultBook } from "../kit/faults.js";
import { CallLog } from "../kit/log.js";
import { memento } from "../kit/memento.js";
import type { World, WorldCluster } from "../worlds/types.js";
import { Ids } from "./ids.js";
import { type Knobs, realistic } from "./knobs.js";
import type { WorldLogin } from "./kernel/logins.js";
import type { Condition, Effect, Fault } from "./model.js";
import { reachOf } from "./network/reach.js";
import type { Bulk } from "./seed/bulk.js";
import { seedCluster } from "./seed/cluster.js";
import { seedWorld } from "./seed/world.js";
import { tickMinute } from "./snapmirror/schedule.js";
import type { ClusterState, End, VolumeState } from "./state.js";

interface Timed {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

const MINUTE_MS = 60_000;

type Indexes = WeakMap<readonly VolumeState[], { readonly length: number; readonly of: Map<string, VolumeState> }>;

/**
 * All arrays of a world over one clock. Nothing runs by itself: `settle()` brings the state to `clock.now()`, running what fell due in
 * its order and at its own time, and every look at the state calls it first.
 */
export class FabricState {
  readonly clusters = new Map<string, ClusterState>();
  readonly logs = new Map<string, CallLog>();
  readonly faults = new Map<string, FaultBook<Fault>>();
  readonly conditions = new Map<string, Set<Condition>>();
  readonly effects = new Map<string, Effect[]>();
  /** Clusters whose machines are switched off. */
  readonly off = new Set<string>();
  /** Logins added since the start, by cluster. */
  readonly logins = new Map<string, readonly WorldLogin[]>();
  /** PEM of what is installed as client-ca, by cluster. */
  readonly clientCas = new Map<string, readonly string[]>();
  private current: Knobs;
  ids: Ids;
  /** The simulated moment: that of the event being run, else the clock's. */
  now: number;
  /** Calls being answered, by cluster. */
  readonly inFlight = new Map<string, number>();
  private skippedMs = 0;
  private due: Timed[] = [];
  private order = 0;
  private nextMinute = 0;
  private settling = false;
  /** Where the bytes of LUNs are when they are real; undefined: they are as the host simulator describes them. */
  readonly bytes: Bytes | undefined;
  private indexes: Indexes = new WeakMap();

  constructor(
    readonly world: World,
    readonly clock: SimClock,
    knobs: Partial<Knobs>,
    private readonly seed: number,
    readonly bulk?: Bulk,
    bytes?: (fabric: FabricState) => Bytes,
  ) {
    this.current = { ...realistic, ...knobs };
    this.ids = new Ids(seed);
    this.now = this.time();
    this.bytes = bytes?.(this);
    this.reset();
  }

  get knobs(): Knobs {
    return this.current;
  }

  /** Turns some knobs; what has begun goes on as it began. */
  turn(knobs: Partial<Knobs>): void {
    this.current = { ...this.current, ...knobs };
  }

  /** The arrays' present time: the clock's, plus what they were told to skip. */
  time(): number {
    return this.clock.now() + this.skippedMs;
  }

  /** The arrays live through so much time at once. */
  skip(ms: number): void {
    this.skippedMs += ms;
    this.settle();
  }

  /** The world as it was at the start, at the clock's present time. Logs, faults and effects are cleared. */
  reset(): void {
    this.ids = new Ids(this.seed);
    this.now = this.time();
    this.due = [];
    this.order = 0;
    this.nextMinute = Math.floor(this.now / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
    this.clusters.clear();
    this.off.clear();
    this.bytes?.reset();
    for (const { name } of this.world.clusters) this.open(name);
    seedWorld(this);
    this.bytes?.agree();
  }

  /** Remembers everything; the function puts it back. What waits for its time keeps waiting for the same moment: the clock is the caller's. */
  save(): () => void {
    if (this.bytes) throw new Error("arrays with real bytes cannot be put back to what they were");
    const putBack = memento([this], [this.world, ...this.world.clusters, this.clock]);
    return () => {
      putBack();
      this.indexes = new WeakMap();
    };
  }

  /** The log of a cluster that stands, or will: its server may listen before there is anything behind it. */
  keepLog(name: string): CallLog {
    const known = this.logs.get(name);
    if (known) return known;
    const secrets = (): string[] =>
      [...(this.clusters.get(name)?.spec.logins ?? []), ...(this.logins.get(name) ?? [])].map(
        ({ password }) => password,
      );
    const made = new CallLog({ now: () => this.time() }, secrets);
    this.logs.set(name, made);
    return made;
  }

  /** What is kept of a cluster beside its state, empty. */
  private open(name: string): void {
    this.keepLog(name).clear();
    this.faults.set(name, new FaultBook());
    this.conditions.set(name, new Set());
    this.effects.set(name, []);
  }

  /** A system deployed while the world runs: it stands from now until the next reset. */
  addCluster(spec: WorldCluster): void {
    if (this.clusters.has(spec.name)) throw new Error(`there is a cluster ${spec.name} already`);
    this.open(spec.name);
    this.clusters.set(spec.name, seedCluster(this, spec));
  }

  removeCluster(name: string): void {
    this.clusters.delete(name);
    this.off.delete(name);
  }

  /** Runs `run` at that simulated moment (at once on the next settle when it has passed). */
  at(at: number, run: () => void): void {
    const entry = { at, order: (this.order += 1), run };
    const index = this.due.findIndex((each) => each.at > at);
    if (index < 0) this.due.push(entry);
    else this.due.splice(index, 0, entry);
  }

  /** How many things wait for their time, schedules aside. */
  pending(): number {
    return this.due.length;
  }

  /** Brings every array to the clock's present time. */
  settle(): void {
    if (this.settling) return;
    this.settling = true;
    try {
      this.bytes?.observe();
      const target = this.time();
      for (;;) {
        const next = this.due[0];
        const tickFirst = this.nextMinute <= target && (!next || this.nextMinute <= next.at);
        if (tickFirst) {
          this.now = this.nextMinute;
          this.nextMinute += MINUTE_MS;
          tickMinute(this);
        } else if (next && next.at <= target) {
          this.due.shift();
          this.now = Math.max(this.now, next.at);
          next.run();
        } else break;
      }
      this.now = Math.max(this.now, target);
      this.bytes?.agree();
    } finally {
      this.settling = false;
    }
  }

  cluster(name: string): ClusterState {
    const found = this.clusters.get(name);
    if (!found) throw new Error(`world ${this.world.name} has no cluster ${name}`);
    return found;
  }

  log(name: string): CallLog {
    const found = this.logs.get(name);
    if (!found) throw new Error(`world ${this.world.name} has no cluster ${name}`);
    return found;
  }

  is(cluster: string, condition: Condition): boolean {
    if (condition === "unreachable" && this.off.has(cluster)) return true;
    return this.conditions.get(cluster)?.has(condition) ?? false;
  }

  /** Is the network between the two whole? */
  cabled(one: string, other: string): boolean {
    return ![one, other].some((each) => this.is(each, "peerDown") || this.is(each, "unreachable"));
  }

  /** Can the two talk to each other? Peers need live intercluster LIFs on both sides; others have only the network. */
  connected(one: string, other: string): boolean {
    if (one === other) return true;
    const cluster = this.clusters.get(one);
    const peer = cluster?.peers.find((each) => each.remote === other);
    return cluster && peer ? reachOf(this, cluster, peer) !== "unavailable" : this.cabled(one, other);
  }

  volumeOf(end: End): VolumeState | undefined {
    const volumes = this.clusters.get(end.cluster)?.volumes;
    return volumes && this.byUuid(volumes).get(end.volumeUuid);
  }

  /** An index over a list of volumes that is only ever pushed to or replaced. */
  private byUuid(volumes: readonly VolumeState[]): Map<string, VolumeState> {
    const known = this.indexes.get(volumes);
    if (known?.length === volumes.length) return known.of;
    const of = new Map(volumes.map((each) => [each.uuid, each]));
    this.indexes.set(volumes, { length: volumes.length, of });
    return of;
  }

  effect(cluster: string, what: Effect["effect"], object: string, by: Effect["by"] = "call"): void {
    this.effects.get(cluster)?.push({ at: this.now, effect: what, object, by });
  }

  ems(cluster: ClusterState, name: string, severity: ClusterState["ems"][number]["severity"], message: string): void {
    const node = cluster.nodes[0]?.name ?? cluster.name;
    cluster.ems.push({ index: cluster.ems.length + 1, at: this.now, node, name, severity, message });
  }
}
