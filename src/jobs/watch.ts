import { isTransient, SYSTEM_LIMIT_MS } from "../core/environment-status.js";
import type { Watch } from "../core/events.js";
import type { RunView } from "../core/fold.js";
import type { RunId } from "../core/ids.js";
import { showBytes, showDuration } from "../core/units.js";
import { baselinesOver, type Samples } from "./watch-baseline.js";
import type { Progress } from "./desk.js";
import type { Engine } from "./engine.js";
import type { WatchEntry } from "./store/store.js";
import { isoNow } from "../core/clock.js";

type Waiting = readonly [RunId, WatchEntry];

/** What a run waits for at the far end: work that goes on there, or the array's own approval. Undefined: nothing to watch. */
export function awaitedBy(view: RunView): Pick<WatchEntry, "step" | "watch"> | undefined {
  const waiting = view.steps.find((step) => step.phase === "waiting");
  if (waiting?.watch && !(view.cancel && waiting.planned.interruptible))
    return { step: waiting.planned.id, watch: waiting.watch };
  const held = view.steps.find((step) => step.phase === "held");
  if (held?.held?.why !== "arrayApproval") return undefined;
  const { cluster, request } = held.held.detail as { cluster?: string; request?: number | null };
  if (cluster === undefined || request === undefined || request === null) return undefined;
  return { step: held.planned.id, watch: { kind: "arrayApproval", cluster, index: request } };
}

/** Young waits are looked at often, old ones seldom: a quarter of their age, between a quarter second and five seconds; scripts on VMs are read more sparingly, since Azure counts the reads. */
export function pauseFor(watch: Watch, ageMs: number): number {
  const slow = watch.kind === "environment" || watch.kind === "agent" || watch.kind === "deployment";
  const [least, most] = slow
    ? [2_000, 30_000]
    : watch.kind === "ticket"
      ? [500, 15_000]
      : watch.kind === "arrayApproval"
        ? [500, 5_000]
        : [250, 5_000];
  return Math.min(most, Math.max(least, ageMs / 4));
}

/** Waits with one key are looked at by one query. */
function keyOf(watch: Watch): string {
  if ("cluster" in watch) return `${watch.kind} ${watch.cluster}`;
  switch (watch.kind) {
    case "ticket":
      return `ticket ${watch.host} ${watch.ticket}`;
    case "environment":
      return `environment ${watch.connector}`;
    case "agent":
      return `agent ${watch.clientId}`;
    case "deployment":
      return `deployment ${watch.resourceGroup}/${watch.name}`;
    default:
      return watch.kind;
  }
}

/**
 * Looks for every run that waits, without holding a worker: per cluster one query for all relationships, one for all jobs and
 * one for all requests for the array's own approval a tick. What is over wakes its run; whether it went well is the step's probe's business.
 */
export class Watcher {
  private readonly samples: Samples = new Map();
  private readonly due = new Map<RunId, number>();

  constructor(private readonly engine: Pick<Engine, "store" | "farEnds" | "clock" | "announcer" | "log" | "wake">) {}

  /** One tick. Answers how long until something is due again, in milliseconds. */
  async tick(): Promise<number> {
    const now = this.engine.clock.now();
    const waiting = [...(await this.engine.store.watches())];
    const known = new Set(waiting.map(([run]) => run));
    for (const run of this.due.keys()) if (!known.has(run)) this.due.delete(run);
    const ready = waiting.filter(
      ([run, entry]) => now >= (this.due.get(run) ?? entry.since + pauseFor(entry.watch, 0)),
    );
    for (const [run, entry] of ready) this.due.set(run, now + pauseFor(entry.watch, now - entry.since));
    await Promise.all([...this.groups(ready)].map(([key, group]) => this.lookAt(key, group)));
    const next = waiting.map(([run, entry]) => this.due.get(run) ?? entry.since + pauseFor(entry.watch, 0));
    return Math.max(20, Math.min(1_000, ...next.map((at) => at - this.engine.clock.now())));
  }

  private groups(ready: readonly Waiting[]): Map<string, Waiting[]> {
    const groups = new Map<string, Waiting[]>();
    for (const each of ready) {
      const { watch } = each[1];
      const key = keyOf(watch);
      groups.set(key, [...(groups.get(key) ?? []), each]);
    }
    return groups;
  }

  private async lookAt(key: string, group: readonly Waiting[]): Promise<void> {
    try {
      const over = await this.overAmong(group);
      await Promise.all(over.map((run) => this.rouse(run)));
    } catch (error) {
      // The far end does not answer: the wait goes on, and the sweeper and the next tick ask again.
      this.engine.log.warn({ err: error, watch: key }, "could not look at what runs wait for");
    }
  }

  private async rouse(run: RunId): Promise<void> {
    await this.engine.store.keepWatch(run, undefined);
    this.due.delete(run);
    await this.engine.wake(run);
  }

  private async overAmong(group: readonly Waiting[]): Promise<RunId[]> {
    const first = group[0]?.[1].watch;
    if (!first) return [];
    switch (first.kind) {
      case "relationship":
        return this.relationshipsOver(first.cluster, group);
      case "baseline":
        return baselinesOver(this.engine, first.cluster, group, this.samples);
      case "job":
        return this.jobsOver(first.cluster, group);
      case "ticket": {
        const { state } = await this.engine.farEnds.host(first.host).ticket(first.ticket);
        return state === "running" ? [] : group.map(([run]) => run);
      }
      case "arrayApproval": {
        const requests = await this.engine.farEnds.ontap(first.cluster).mav.listRequests();
        const pending = new Set(requests.filter((each) => each.state === "pending").map((each) => each.index));
        return group
          .filter(([, { watch }]) => watch.kind === "arrayApproval" && !pending.has(watch.index))
          .map(([run]) => run);
      }
      case "clusterPeer": {
        const peers = await this.engine.farEnds.ontap(first.cluster).clusterPeers.list();
        const pending = new Set(peers.filter((each) => each.pending).map((each) => each.remoteName));
        return group
          .filter(([, { watch }]) => watch.kind === "clusterPeer" && !pending.has(watch.peer))
          .map(([run]) => run);
      }
      case "environment":
        return this.environmentsOver(first.connector, group);
      case "agent": {
        const agent = await this.engine.farEnds.bluexp().agents.find(first.clientId);
        return agent && !agent.active ? [] : group.map(([run]) => run);
      }
      case "deployment": {
        const found = await this.engine.farEnds.azure().deployments.find(first.resourceGroup, first.name);
        const running = found && !/^(Succeeded|Failed|Canceled)$/.test(found.state);
        return running ? [] : group.map(([run]) => run);
      }
      case "answers": {
        await this.engine.farEnds.ontap(first.cluster).cluster.name();
        return group.map(([run]) => run);
      }
      case "timer": {
        const now = this.engine.clock.now();
        return group
          .filter(([, { watch }]) => watch.kind === "timer" && Date.parse(watch.at) <= now)
          .map(([run]) => run);
      }
    }
  }

  private async environmentsOver(connector: string, group: readonly Waiting[]): Promise<RunId[]> {
    const through = this.engine.farEnds.bluexp().through(connector);
    const all = await through.listEnvironments();
    const over: RunId[] = [];
    for (const [run, entry] of group) {
      const { watch } = entry;
      if (watch.kind !== "environment") continue;
      const found = all.find((each) => each.name === watch.name);
      // past its limit the step itself says what is to be done
      if (!found || !isTransient(found.status) || this.ageOf(entry) >= SYSTEM_LIMIT_MS) {
        over.push(run);
        continue;
      }
      // a task may be forgotten, or give up on work that goes on: it is told, and the system itself is waited for
      const task = watch.task === null ? undefined : await through.findTask(watch.task);
      const said = task?.problem === undefined ? "" : `; its task says: ${task.problem}`;
      await this.tellProgress(run, entry, `BlueXP: ${found.status} for ${showDuration(this.ageOf(entry))}${said}`);
    }
    return over;
  }

  private async jobsOver(cluster: string, group: readonly Waiting[]): Promise<RunId[]> {
    const wanted = (watch: Watch): string => (watch.kind === "job" ? watch.uuid : "");
    const jobs = await this.engine.farEnds.ontap(cluster).jobs.listByUuid(group.map(([, { watch }]) => wanted(watch)));
    const running = new Set(jobs.filter((job) => job.state === "running").map((job) => job.uuid));
    return group.filter(([, { watch }]) => !running.has(wanted(watch))).map(([run]) => run);
  }

  private async relationshipsOver(cluster: string, group: readonly Waiting[]): Promise<RunId[]> {
    const wanted = (watch: Watch): string => (watch.kind === "relationship" ? watch.uuid : "");
    const found = await this.engine.farEnds
      .ontap(cluster)
      .relationships.watch(group.map(([, { watch }]) => wanted(watch)));
    const active = new Map(
      found
        .filter((each) => each.transfer?.state === "queued" || each.transfer?.state === "transferring")
        .map((each) => [each.uuid, each.transfer]),
    );
    const over: RunId[] = [];
    for (const [run, entry] of group) {
      const transfer = active.get(wanted(entry.watch));
      if (transfer) await this.showProgress(run, entry, transfer.bytes);
      else over.push(run);
    }
    return over;
  }

  private async showProgress(run: RunId, entry: WatchEntry, bytes: number | undefined): Promise<void> {
    const elapsed = this.ageOf(entry);
    const rate = bytes && elapsed > 1_000 ? `, ${showBytes((bytes / elapsed) * 1_000)}/s` : "";
    await this.tellProgress(run, entry, `${showBytes(bytes ?? 0)} moved in ${showDuration(elapsed)}${rate}`);
  }

  private ageOf(entry: WatchEntry): number {
    return this.engine.clock.now() - entry.since;
  }

  private async tellProgress(run: RunId, entry: WatchEntry, text: string): Promise<void> {
    const { store, clock, announcer } = this.engine;
    const progress: Progress = { step: entry.step, text, at: isoNow(clock) };
    await store.setProgress(run, progress);
    await announcer.run(run, 0);
  }
}
