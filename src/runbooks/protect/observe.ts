import { IANAZone } from "luxon";
import type { ProtectionConfig, SetConfig, VolumeRef } from "../../config/types.js";
import type { OffPeak } from "../../core/off-peak.js";
import { Refusal, Rejected } from "../../core/problems.js";
import { showBytes } from "../../core/units.js";
import type { Aggregate, MirrorPolicy, OntapReader, Schedule, Volume } from "../../ontap/index.js";
import { getSet, listed } from "../inventory.js";
import { policyDiffers } from "../steps/protection.js";
import type { Inventory, ReadTools, RunFacts } from "../tools.js";
import { peeringOf } from "./peering.js";
import type { ProtectRequest } from "./request.js";

const nothing = "Nothing was changed.";

/** One volume that gets a mirror. */
export interface MemberToFill {
  readonly source: VolumeRef;
  readonly mirror: VolumeRef;
  readonly volume: Volume;
  /** `<local alias of the source SVM>:<volume>` */
  readonly sourcePath: string;
}

export interface Facts {
  readonly set: SetConfig;
  readonly inventory: Inventory;
  readonly run: RunFacts;
  readonly members: readonly MemberToFill[];
  readonly aggregate: Aggregate;
  readonly schedule: { readonly name: string; readonly there: boolean };
  readonly policy: ProtectionConfig["policy"];
  /** Clusters and SVMs where the policy must still be made. */
  readonly policyMissing: readonly { readonly cluster: string; readonly svm: string }[];
  readonly kbPerSecond: number;
  readonly offPeak: OffPeak | null;
  readonly encrypted: boolean;
  readonly tiering: ProtectionConfig["tiering"];
}

/** Looks at both ends. Throws a Refusal where something that must come first is missing, and offers it. */
export async function observe(asked: ProtectRequest, on: ReadTools): Promise<Facts> {
  const set = getSet(on.inventory, asked.set);
  const [first] = set.members;
  if (!first) throw new Refusal(`${set.name} has no volumes in the configuration.`, { next: nothing });
  const elsewhere = set.members.find(
    ({ mirror }) => mirror.cluster !== first.mirror.cluster || mirror.svm !== first.mirror.svm,
  );
  if (elsewhere)
    throw new Refusal(
      `The mirrors of ${set.name} lie in several SVMs (${first.mirror.svm} and ${elsewhere.mirror.svm}), and making those together is not available yet.`,
      { next: nothing },
    );
  const { cluster, svm } = first.mirror;
  const array = on.ontap(cluster);
  const limits = limitsOf(asked, set, on);
  await refuseOld(array, cluster);
  const volumes = await array.volumes.list({ svm });
  await refuseTaken(set, volumes, array);
  const members = await Promise.all(set.members.map((member) => viewSource(member, on)));
  const encrypted = on.inventory.protection.encrypted || members.some(({ volume }) => volume.encrypted === true);
  if (encrypted) await refuseUnencryptable(array, cluster, svm, volumes);
  const [aggregate, schedule, policy] = await Promise.all([
    chooseAggregate(asked, set, members, array),
    chooseSchedule(asked, cluster, on),
    choosePolicy(asked, set, members, on),
  ]);
  return {
    set,
    inventory: on.inventory,
    run: on.run,
    members,
    aggregate,
    schedule,
    ...policy,
    ...limits,
    encrypted,
    tiering: asked.tiering ?? on.inventory.protection.tiering,
  };
}

function limitsOf(
  asked: ProtectRequest,
  set: SetConfig,
  on: ReadTools,
): { kbPerSecond: number; offPeak: OffPeak | null } {
  const kbPerSecond = asked.kbPerSecond ?? on.inventory.protection.kbPerSecond;
  const offPeak = asked.offPeak === "none" ? null : (asked.offPeak ?? on.inventory.protection.offPeak ?? null);
  if (offPeak && !IANAZone.isValidZone(offPeak.timeZone))
    throw new Refusal(`${offPeak.timeZone} is no time zone I know, such as America/New_York.`, { next: nothing });
  if (offPeak && offPeak.from === offPeak.to)
    throw new Refusal(`An off-peak window from ${offPeak.from} to ${offPeak.to} has no length.`, { next: nothing });
  if (asked.offPeak !== undefined && asked.offPeak !== "none" && kbPerSecond === 0)
    throw new Refusal(
      `An off-peak window for ${set.name} makes sense only with a limit for the rest of the day, and none was named.`,
      { next: nothing },
    );
  return { kbPerSecond, offPeak: kbPerSecond === 0 ? null : offPeak };
}

/** A mirror's own schedule and limit are of ONTAP 9.11. */
async function refuseOld(array: OntapReader, cluster: string): Promise<void> {
  const [lack] = await array.cluster.listLacking(["mirrorSchedule", "mirrorThrottle"]);
  if (lack) throw new Refusal(`On ${cluster}, ${lack.says}.`, { next: `Upgrade it first. ${nothing}` });
}

/** Neither the relationship nor a volume of that name may be there: whose it is nobody could tell later. */
async function refuseTaken(set: SetConfig, volumes: readonly Volume[], array: OntapReader): Promise<void> {
  const relationships = await array.relationships.list({});
  const names = new Set(set.members.map(({ mirror }) => mirror.volume));
  const mine = relationships.filter(
    (each) =>
      !each.restore && set.members.some(({ mirror }) => each.destination.path === `${mirror.svm}:${mirror.volume}`),
  );
  if (mine.length > 0) {
    const raw = mine.find((each) => each.state === "uninitialized");
    throw new Refusal(
      raw
        ? `${raw.destination.volume} is the mirror of ${raw.source.path} already, but has never had its first transfer.`
        : `${set.name} is protected already: ${listed(mine.map((each) => `${each.destination.volume} is the mirror of ${each.source.path}`))}.`,
      {
        next: nothing,
        detail: {
          choices: raw
            ? [{ label: "Take it apart first", say: `unprotect ${set.name} with its volumes` }]
            : [{ label: "Update it", say: `update the ${set.name} mirror` }],
        },
      },
    );
  }
  const taken = volumes.filter((each) => names.has(each.name));
  if (taken.length > 0)
    throw new Refusal(
      `There ${taken.length === 1 ? "is a volume" : "are volumes"} of the name ${listed(taken.map((each) => `${each.name} (${each.type ?? "?"}, ${showBytes(each.usedBytes ?? 0)} used)`))} already, and no mirror of ours: it may be what is left of an earlier one.`,
      { next: `Rename it or delete it first; the names of mirrors are those of the configuration. ${nothing}` },
    );
}

async function viewSource({ source, mirror }: SetConfig["members"][number], on: ReadTools): Promise<MemberToFill> {
  const volume = await on.ontap(source.cluster).volumes.findByName(source.svm, source.volume);
  if (!volume)
    throw new Refusal(`There is no volume ${source.volume} in ${source.svm} on ${source.cluster}.`, { next: nothing });
  if (volume.type !== "rw" || volume.state !== "online")
    throw new Refusal(
      `${source.volume} on ${source.cluster} is ${volume.state ?? "in no state"}${volume.type === "rw" ? "" : ` and of type ${volume.type ?? "?"}`}, so it cannot be mirrored.`,
      { next: nothing },
    );
  return { source, mirror, volume, sourcePath: `${await peeringOf(source, mirror, on)}:${source.volume}` };
}

/** Somebody must keep the keys (13303883). Where the login may not look, what is encrypted there already speaks for it. */
async function refuseUnencryptable(
  array: OntapReader,
  cluster: string,
  svm: string,
  volumes: readonly Volume[],
): Promise<void> {
  if (volumes.some((each) => each.encrypted === true)) return;
  const managers = await array.keyManagers.list({}).catch((problem: unknown) => {
    if (problem instanceof Rejected) return undefined;
    throw problem;
  });
  if (managers === undefined || managers.some((each) => each.svm === undefined || each.svm === svm)) return;
  const vaults = await array.azureKeyVaults.list({}).catch((problem: unknown) => {
    if (problem instanceof Rejected) return [];
    throw problem;
  });
  if (vaults.some((each) => each.svm === svm)) return;
  throw new Refusal(`The copies are to be encrypted, and nobody keeps keys for ${svm} on ${cluster} (13303883).`, {
    next: nothing,
    detail: { choices: [{ label: `Encrypt ${svm}`, say: `encrypt ${svm}` }] },
  });
}

/** The one that is named, else the one with most space. What the set holds now must fit. */
async function chooseAggregate(
  asked: ProtectRequest,
  set: SetConfig,
  members: readonly MemberToFill[],
  array: OntapReader,
): Promise<Aggregate> {
  const all = await array.aggregates.list({});
  const needed = members.reduce((sum, { volume }) => sum + (volume.usedBytes ?? volume.sizeBytes ?? 0), 0);
  const named = asked.aggregate === undefined ? all : all.filter((each) => each.name === asked.aggregate);
  const free = (each: Aggregate): number => each.availableBytes ?? 0;
  const best = [...named].sort((a, b) => free(b) - free(a) || (a.name < b.name ? -1 : 1))[0];
  if (!best)
    throw new Refusal(
      `There is no aggregate ${asked.aggregate ?? ""}. There are ${listed(all.map(({ name }) => name))}.`,
      {
        next: nothing,
      },
    );
  if (free(best) < needed)
    throw new Refusal(
      `${set.name} holds ${showBytes(needed)}, and ${asked.aggregate === undefined ? "the roomiest aggregate" : "the aggregate"} ${best.name} has ${showBytes(free(best))} free.`,
      { next: `Add capacity first. ${nothing}` },
    );
  return best;
}

async function chooseSchedule(asked: ProtectRequest, cluster: string, on: ReadTools): Promise<Facts["schedule"]> {
  const wanted = on.inventory.protection.schedule;
  const name = asked.schedule ?? wanted.name;
  const found: Schedule | undefined = await on.ontap(cluster).schedules.findByName(name);
  if (!found) {
    if (name === wanted.name) return { name, there: false };
    throw new Refusal(`There is no schedule ${name} on ${cluster}.`, {
      next: `Without a name the schedule ${wanted.name} of the configuration is made. ${nothing}`,
    });
  }
  if (found.type === "interval")
    throw new Refusal(`The schedule ${name} is an interval, and SnapMirror takes only cron schedules (6619714).`, {
      next: `Name another, or let it be made under another name. ${nothing}`,
    });
  const cron = found.cron;
  const same =
    cron !== undefined &&
    sorted(cron.minutes) === sorted(wanted.minutes) &&
    sorted(cron.hours) === sorted(wanted.hours ?? []);
  if (asked.schedule === undefined && !same)
    throw new Refusal(`The schedule ${name} is there already and says something else than the configuration does.`, {
      next: `Change one of the two, or ask for it by name. ${nothing}`,
    });
  return { name, there: true };
}
const sorted = (numbers: readonly number[]): string => [...numbers].sort((a, b) => a - b).join();

/** The policy of that name, where it must still be made, and a no where one of that name says something else (6621060). */
async function choosePolicy(
  asked: ProtectRequest,
  set: SetConfig,
  members: readonly MemberToFill[],
  on: ReadTools,
): Promise<Pick<Facts, "policy" | "policyMissing">> {
  const configured = on.inventory.protection.policy;
  const [first] = members;
  if (!first) throw new Refusal(`${set.name} has no volumes.`, { next: nothing });
  const name = asked.policy ?? configured.name;
  const there = await on.ontap(first.mirror.cluster).policies.findFor(first.mirror.svm, name);
  if (!there && name !== configured.name)
    throw new Refusal(`There is no SnapMirror policy ${name} on ${first.mirror.cluster}.`, {
      next: `Without a name the policy ${configured.name} of the configuration is made. ${nothing}`,
    });
  const wanted = there && asked.policy !== undefined ? contentOf(there, name) : configured;
  const places = new Map(
    members
      .flatMap(({ source, mirror }) => [mirror, source])
      .map(({ cluster, svm }) => [`${cluster}/${svm}`, { cluster, svm }]),
  );
  const missing: { cluster: string; svm: string }[] = [];
  for (const place of places.values()) {
    const found = await on.ontap(place.cluster).policies.findFor(place.svm, name);
    if (!found) missing.push(place);
    else refuseOther(found, wanted, place.cluster);
  }
  return { policy: wanted, policyMissing: missing };
}

const contentOf = (found: MirrorPolicy, name: string): ProtectionConfig["policy"] => ({
  name,
  retention: found.retention,
  compression: found.compresses,
});

function refuseOther(found: MirrorPolicy, wanted: ProtectionConfig["policy"], cluster: string): void {
  const differs = policyDiffers(wanted, found);
  if (differs.length === 0) return;
  throw new Refusal(
    `A SnapMirror policy ${wanted.name} is on ${cluster} already (6621060), and it is not the one that is meant: ${listed(differs)}.`,
    { next: `Change one of the two, or name another policy. ${nothing}` },
  );
}
