import { z } from "zod";
import type { HostConfig, HostPurpose, SetConfig } from "../config/types.js";
import type { Refs } from "../core/refs.js";
import { Refusal } from "../core/problems.js";
import { durationMs, showBytes } from "../core/units.js";
import type { Igroup, Lun, LunMap, MirrorPolicy, Portal, Snapshot } from "../ontap/index.js";
import { clonesAmong, ownerText, type Clone, type CloneNote } from "./clones.js";
import { defineRunbook, type AnyRunbook, type EndedStep, type Planner } from "./define.js";
import { cloneTarget, getSet, listed } from "./inventory.js";
import {
  describeLoss,
  lossesByUpdate,
  refuseBroken,
  refusePaused,
  viewMirrors,
  type Loss,
  type MemberView,
  type MirrorView,
} from "./mirrors.js";
import { choosePoint, pointShape, safetyLabel, showAge, showTime, type SetPoint } from "./points.js";
import { attachClone } from "./steps/attachClone.js";
import { createClone } from "./steps/createClone.js";
import { ensureIgroup } from "./steps/ensureIgroup.js";
import { findOnMirror } from "./steps/findOnMirror.js";
import { mapLuns } from "./steps/mapLuns.js";
import { hostTag } from "./steps/onHost.js";
import { takeSnapshot } from "./steps/takeSnapshot.js";
import { updateMirror, updateMirrorLosing } from "./steps/updateMirror.js";
import { leaseWords, writeLease } from "./steps/writeLease.js";
import type { ReadTools, RunFacts } from "./tools.js";

export const cloneRequest = z.strictObject({
  set: z.string(),
  host: z.string().optional(),
  purpose: z.string().optional(),
  point: pointShape.optional(),
  fresh: z.literal(true).optional(),
  /** How long, from the mount. */
  lease: z.iso.duration().optional(),
  leaseUntil: z.iso.datetime({ offset: true }).optional(),
  /** A second clone on a host takes a name. */
  as: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,19}$/i, "a clone's name is a letter and up to 19 letters, digits and dashes")
    .optional(),
  only: z.string().optional(),
});
export type CloneRequest = z.infer<typeof cloneRequest>;

const steps = {
  takeSnapshot,
  updateMirror,
  updateMirrorLosing,
  findOnMirror,
  createClone,
  ensureIgroup,
  mapLuns,
  attachClone,
  writeLease,
};

interface MemberClone {
  readonly member: MemberView;
  readonly volume: string;
  /** Of the mirror: the clone has the same, with serials of its own. */
  readonly luns: readonly Lun[];
  readonly losses: readonly Loss[];
}

interface Facts {
  readonly set: SetConfig;
  readonly host: HostConfig;
  readonly purpose: HostPurpose;
  readonly run: RunFacts;
  readonly name: string;
  readonly mount: string;
  readonly point: SetPoint | undefined;
  readonly members: readonly MemberClone[];
  readonly igroup: { readonly name: string; readonly inUse: readonly number[] };
  readonly target: string;
  readonly portals: readonly Portal[];
  readonly freeBytes: number | undefined;
  readonly lease: string;
  readonly maxLease: string;
  readonly vgPrefix: string;
}

/** Clones the newest night held by the mirror (or the point that is named), maps it to a host and mounts it there under a lease. */
export const clone = defineRunbook({
  name: "clone",
  version: 1,
  title: (request: CloneRequest) =>
    `Clone ${request.set} for ${request.purpose ?? request.host ?? "?"}${request.as === undefined ? "" : ` as ${request.as}`}`,
  request: cloneRequest,
  steps,
  observe,
  plan,
  closing,
  example: { say: "clone prod volume for training", world: "epic" },
});

const endedShape = z.object({
  host: z.object({ name: z.string() }),
  attach: z.object({ mount: z.string() }),
});
const leaseShape = z.object({
  input: z.object({ note: z.object({ name: z.string() }) }),
  output: z.object({ until: z.string() }),
});

function closing(ended: readonly EndedStep[]): ReturnType<NonNullable<AnyRunbook["closing"]>> {
  const attached = endedShape.safeParse(ended.find((step) => step.uses === "attachClone")?.input).data;
  const lease = leaseShape.safeParse(ended.find((step) => step.uses === "writeLease")).data;
  if (!attached || !lease) return { sentences: [], choices: [] };
  const clone = `the ${lease.input.note.name} clone on ${attached.host.name}`;
  return {
    sentences: [`Mounted at ${attached.attach.mount} on ${attached.host.name}.`, `Lease ends ${lease.output.until}.`],
    choices: [
      { label: "Extend by 2 days", say: `extend ${clone} by 2 days` },
      { label: "Release", say: `release ${clone}` },
    ],
  };
}

async function observe(request: CloneRequest, on: ReadTools): Promise<Facts> {
  const set = getSet(on.inventory, request.set);
  const { host, purpose } = cloneTarget(on.inventory, set, request);
  const { iqn } = host;
  if (iqn === undefined)
    throw new Refusal(`The configuration does not say which iSCSI name ${host.name} has.`, {
      next: "Nothing was changed.",
    });
  const view = await viewMirrors(set, on);
  refuseBroken(set, view.members);
  if (request.fresh) refusePaused(set, view.members);
  const { cluster, svm } = view.members[0]?.mirror ?? { cluster: "", svm: "" };
  const array = on.ontap(cluster);
  const [igroups, maps, service, portals, luns, aggregates] = await Promise.all([
    array.igroups.list({ svm }),
    array.lunMaps.list({ svm }),
    array.iscsi.findService(svm),
    array.interfaces.iscsi(svm),
    Promise.all(chosen(view.members, request).map((member) => array.luns.listByVolume(svm, member.mirror.volume))),
    array.aggregates.list(),
  ]);
  if (!service?.enabled || portals.length === 0) {
    throw new Refusal(
      `${svm} on ${cluster} serves no iSCSI now: ${service?.enabled ? "none of its iSCSI interfaces is up" : "its iSCSI service is off"}.`,
      { next: "Nothing was changed." },
    );
  }
  const name = request.as ?? purpose.name;
  const mount = request.as === undefined ? purpose.mountPoint : `${purpose.mountPoint}-${request.as.toLowerCase()}`;
  const members = chosen(view.members, request);
  refuseTaken({ set, host, purpose, name, mount, clones: clonesAmong(cluster, svm, view.volumes), members, view });
  const losses = request.fresh ? await freshLosses(members, on) : members.map(() => []);
  const aggregate = aggregates.find((each) => each.name === members[0]?.volume.aggregate?.name);
  return {
    set,
    host,
    purpose,
    run: on.run,
    name,
    mount,
    point: request.fresh ? undefined : choosePoint(set, view.points, request.point, on.run.timeZone),
    members: members.map((member, i) => ({
      member,
      volume: volumeName(member, name),
      luns: sorted(luns[i] ?? []),
      losses: losses[i] ?? [],
    })),
    igroup: igroupFor(host.name, iqn, igroups, maps),
    target: service.targetIqn,
    portals,
    freeBytes: aggregate?.availableBytes,
    lease: leaseOf(request, on),
    maxLease: on.inventory.leases.max,
    vgPrefix: on.inventory.purposes.volumeGroupPrefix,
  };
}

const chosen = (members: readonly MemberView[], request: CloneRequest): readonly MemberView[] => {
  if (request.only === undefined) return members;
  const only = members.filter(
    (member) => member.source.volume === request.only || member.mirror.volume === request.only,
  );
  if (only.length > 0) return only;
  throw new Refusal(
    `${request.set} has no volume ${request.only}. It has ${listed(members.map((member) => member.source.volume))}.`,
    { next: "Nothing was changed." },
  );
};

const sorted = (luns: readonly Lun[]): readonly Lun[] => [...luns].sort((a, b) => (a.name < b.name ? -1 : 1));

/** `epic_prd` for training is `epic_prd_training`; volume names take no dashes. */
const volumeName = (member: MemberView, name: string): string =>
  `${member.source.volume}_${name}`.replace(/[^A-Za-z0-9_]/g, "_").toLowerCase();

function leaseOf(request: CloneRequest, on: ReadTools): string {
  const { default: usual, max } = on.inventory.leases;
  const asked = request.lease ?? usual;
  const tooLong =
    request.leaseUntil !== undefined
      ? Date.parse(request.leaseUntil) - Date.parse(on.run.askedAt) > durationMs(max)
      : durationMs(asked) > durationMs(max);
  if (tooLong)
    throw new Refusal(`A clone may be kept for ${leaseWords(max)} at most.`, {
      next: "Ask for less; it can be extended later. Nothing was changed.",
    });
  if (request.leaseUntil !== undefined && Date.parse(request.leaseUntil) <= Date.parse(on.run.askedAt)) {
    throw new Refusal("That lease would have ended already.", { next: "Nothing was changed." });
  }
  return asked;
}

/** The igroup the host's initiator is in already, else one named after the host; and the LUN numbers that initiator sees anywhere. */
export function igroupFor(
  host: string,
  iqn: string,
  igroups: readonly Igroup[],
  maps: readonly LunMap[],
): Facts["igroup"] {
  const of = igroups.filter(
    (each) => each.protocol !== "fcp" && each.initiators.some((name) => name.toLowerCase() === iqn.toLowerCase()),
  );
  const names = new Set(of.map((each) => each.name));
  const inUse = maps.filter((map) => names.has(map.igroup.name ?? "")).map((map) => map.number);
  return { name: of[0]?.name ?? `ig_${host}`, inUse };
}

interface Taken {
  readonly set: SetConfig;
  readonly host: HostConfig;
  readonly purpose: HostPurpose;
  readonly name: string;
  readonly mount: string;
  readonly clones: readonly Clone[];
  readonly members: readonly MemberView[];
  readonly view: MirrorView;
}

function refuseTaken({ set, host, purpose, name, mount, clones, members, view }: Taken): void {
  const there = clones.find((each) => each.note.host === host.name && each.note.mount === mount);
  if (there) {
    throw new Refusal(
      `${mount} on ${host.name} is taken: the clone "${there.note.name}" of ${there.note.set} is mounted there, asked for by <@${there.note.owner.split("/")[1] ?? ""}>.`,
      {
        next: `Give it back first, or add a name ("as class2") for a second one beside it. Nothing was changed.`,
        detail: {
          choices: [
            {
              label: "A second one",
              say: `clone ${set.name} for ${purpose.name} on ${host.name} as ${purpose.name.slice(0, 10)}2`,
            },
            { label: "Give that one back", say: `release the ${there.note.name} clone` },
          ],
        },
      },
    );
  }
  for (const member of members) {
    const volume = volumeName(member, name);
    if (view.volumes.some((each) => each.name === volume)) {
      throw new Refusal(`A volume ${volume} is on ${member.mirror.cluster} already, so the clone needs another name.`, {
        next: `Add one, like "as ${name.slice(0, 10)}2". Nothing was changed.`,
      });
    }
  }
}

async function freshLosses(members: readonly MemberView[], on: ReadTools): Promise<readonly (readonly Loss[])[]> {
  return Promise.all(
    members.map(async (member) => {
      const [onSource, policy] = await Promise.all([sourceSnapshots(member, on), mirrorPolicy(member, on)]);
      return lossesByUpdate(member, onSource, policy, [safetyLabel]);
    }),
  );
}

export async function sourceSnapshots(member: MemberView, on: ReadTools): Promise<readonly Snapshot[]> {
  const array = on.ontap(member.source.cluster);
  const [volume] = await array.volumes.list({ svm: member.source.svm, name: member.source.volume });
  if (!volume)
    throw new Refusal(`There is no volume ${member.source.volume} on ${member.source.cluster}.`, {
      next: "Nothing was changed.",
    });
  return array.snapshots.list(volume.uuid);
}

export async function mirrorPolicy(member: MemberView, on: ReadTools): Promise<MirrorPolicy> {
  const { policy } = member.relationship;
  const found = (await on.ontap(member.mirror.cluster).policies.list({})).find((each) =>
    policy?.uuid ? each.uuid === policy.uuid : each.name === policy?.name,
  );
  if (!found)
    throw new Refusal(`The policy of the mirror ${member.mirror.volume} cannot be read.`, {
      next: "Nothing was changed.",
    });
  return found;
}

function plan(request: CloneRequest, facts: Facts, p: Planner<typeof steps>): void {
  const { set, host, run } = facts;
  const snapshot = facts.point?.name ?? freshName(run);
  showPoint(facts, p);
  if (request.only !== undefined)
    p.warn(
      `Only ${request.only} is cloned: the other volumes of ${set.name} are left out, so a database over all of them will not be complete.`,
    );
  if (request.fresh) planFresh(facts, snapshot, p);
  const note = noteOf(facts, snapshot);
  const clones = facts.members.map(({ member, volume, luns }) => ({
    volume,
    luns,
    made: p.step.createClone({
      cluster: member.mirror.cluster,
      svm: member.mirror.svm,
      parent: member.mirror.volume,
      snapshot,
      volume,
      note,
    }),
  }));
  const { cluster, svm } = facts.members[0]?.member.mirror ?? { cluster: "", svm: "" };
  const igroup = facts.igroup.name;
  p.step.ensureIgroup({ cluster, svm, igroup, initiator: host.iqn ?? "", host: host.name });
  const numbers = freeNumbers(
    facts.igroup.inUse,
    clones.reduce((sum, each) => sum + each.luns.length, 0),
  );
  const mapped = clones.flatMap(({ volume, luns, made }) => {
    const mine = luns.map((lun, i) => ({
      path: `/vol/${volume}/${lun.logicalUnit}`,
      number: numbers.shift() ?? 0,
      wwid: made.luns[i]?.wwid,
    }));
    p.step.mapLuns({
      cluster,
      svm,
      volume,
      owner: note.owner,
      igroup,
      host: host.name,
      luns: mine.map(({ path, number }) => ({ path, number })),
    });
    return mine.map(({ number, wwid }) => ({ number, wwid: wwid as Refs<string> }));
  });
  const mounted = attachAll(facts, mapped, p);
  const until =
    request.leaseUntil === undefined ? { from: mounted.$at, lease: facts.lease } : { until: request.leaseUntil };
  p.step.writeLease({
    cluster,
    svm,
    volumes: clones.map((each) => each.volume),
    note,
    timeZone: run.timeZone,
    ...until,
  });
}

function attachAll(facts: Facts, luns: readonly { number: number; wwid: Refs<string> }[], p: Planner<typeof steps>) {
  const { set, host, purpose, run, mount } = facts;
  const [group, ...others] = set.layout.volumeGroups;
  const [logical, ...more] = group?.logicalVolumes ?? [];
  if (!group || !logical || others.length > 0 || more.length > 0) {
    throw new Refusal(
      `${set.name} lies on several volume groups or file systems, and mounting those together is not available yet.`,
      { next: "Nothing was changed." },
    );
  }
  return p.step.attachClone({
    host: { name: host.name, environment: host.environment, clearedForPatientData: host.clearedForPatientData },
    logout: facts.igroup.inUse.length === 0,
    attach: {
      tag: hostTag(run.id),
      initiator: host.iqn ?? "",
      target: facts.target,
      portals: facts.portals.map((portal) => portal.address),
      luns: luns.map(({ number, wwid }) => ({ number, wwid })),
      sourceVg: group.name,
      vg: vgName(facts),
      lv: logical.name,
      mount,
      fileSystem: logical.fileSystem,
      options: "noatime",
      ...(purpose.afterMount === undefined ? {} : { afterMount: purpose.afterMount }),
    },
  });
}

const vgName = (facts: Pick<Facts, "set" | "name" | "vgPrefix">): string =>
  `${facts.vgPrefix}${facts.set.name}_${facts.name}`.replace(/[^A-Za-z0-9_+.-]/g, "_");
export const freshName = (run: RunFacts): string => `sluice-fresh.${run.id}`;

function noteOf(facts: Facts, snapshot: string): CloneNote {
  const { set, host, run, name, mount, point, igroup } = facts;
  return {
    sluice: 1,
    run: run.id,
    kind: "clone",
    set: set.name,
    name,
    owner: ownerText(run.asker),
    snapshot,
    host: host.name,
    mount,
    vg: vgName(facts),
    igroup: igroup.name,
    ...(point === undefined ? {} : { taken: point.taken }),
    ...(run.thread === undefined ? {} : { thread: run.thread }),
  };
}

/** The lowest numbers from 1 up that the initiator does not see yet. */
export function freeNumbers(inUse: readonly number[], count: number): number[] {
  const taken = new Set(inUse);
  const free: number[] = [];
  for (let number = 1; free.length < count && number < 4096; number += 1) if (!taken.has(number)) free.push(number);
  return free;
}

function planFresh(facts: Facts, snapshot: string, p: Planner<typeof steps>): void {
  p.warn(`Fresh data: this takes a snapshot of ${facts.set.name} in production and moves its mirror before cloning.`);
  for (const { member, losses } of facts.members) {
    const { source, mirror, relationship } = member;
    const taken = p.step.takeSnapshot({
      ...source,
      environment: facts.set.environment,
      snapshot,
      label: safetyLabel,
      comment: `Sluice ${facts.run.tag}: fresh data for a clone, crash-consistent`,
    });
    const input = {
      cluster: mirror.cluster,
      svm: mirror.svm,
      volume: mirror.volume,
      relationship: relationship.uuid,
      losses: losses.map(describeLoss),
      brings: { snapshot, volumeUuid: member.volume.uuid },
    };
    if (losses.length > 0) p.step.updateMirrorLosing(input);
    else p.step.updateMirror(input);
    p.step.findOnMirror({
      cluster: mirror.cluster,
      svm: mirror.svm,
      volume: mirror.volume,
      volumeUuid: member.volume.uuid,
      snapshot,
      versionUuid: taken.versionUuid,
    });
  }
}

function showPoint(facts: Facts, p: Planner<typeof steps>): void {
  const { point, run, host, mount, lease } = facts;
  if (point) {
    p.show(
      "Data",
      `${point.name}, taken ${showTime(point.taken, run.timeZone)}: ${showAge(point, run.askedAt)}`,
      point.consistency === "crash-consistent" ? "warning" : "plain",
    );
    if (point.consistency === "crash-consistent")
      p.warn("This snapshot is crash-consistent only: the database will recover from its journals when it is started.");
  } else {
    p.show("Data", "as it is when the plan runs, crash-consistent (the application is not frozen)");
  }
  const size = facts.members.reduce(
    (sum, { luns }) => sum + luns.reduce((all, lun) => all + (lun.sizeBytes ?? 0), 0),
    0,
  );
  p.show(
    "Size",
    `${facts.members.reduce((sum, { luns }) => sum + luns.length, 0)} LUNs, ${showBytes(size)}; takes space only for what is changed`,
  );
  p.show("Where", `${mount} on ${host.name}`);
  p.show("Lease", `${leaseWords(lease)} from the mount; you are told before, and it is given back by itself`);
  if (facts.freeBytes !== undefined) p.show("Free space", showBytes(facts.freeBytes));
  const paused = facts.members.some(({ member }) => member.relationship.state === "paused");
  if (paused) p.show("Mirror", "paused: it gets no newer data until it is resumed", "warning");
}
