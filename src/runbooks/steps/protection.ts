import { z } from "zod";
import type { Json } from "../../core/json.js";
import type { MirrorPolicy } from "../../ontap/index.js";
import { createText } from "../byHand/mirrors.js";
import { mirrorVolumeText, policyText, scheduleText } from "../byHand/protection.js";
import { defineStep, shown } from "../define.js";
import { changes, mirrorResource, reads, volumeResource } from "../resources.js";
import { noteJob, whenMissing } from "./jobs.js";

const made = z.object({ uuid: z.string() });
type Made = z.infer<typeof made>;
const settings = (kind: string, cluster: unknown, name: unknown) => ({
  kind,
  id: `${shown(cluster, "?")}/${kind}/${shown(name, "?")}`,
  name: `${kind === "schedule" ? "schedule" : "SnapMirror policy"} ${shown(name, "?")} on ${shown(cluster, "?")}`,
  environment: "infrastructure" as const,
  labels: {},
});

const scheduleInput = z.object({
  cluster: z.string(),
  name: z.string(),
  minutes: z.array(z.number().int()),
  hours: z.array(z.number().int()),
});
const cronOf = (given: { minutes: readonly number[]; hours: readonly number[] }) => ({
  minutes: given.minutes,
  ...(given.hours.length > 0 ? { hours: given.hours } : {}),
});
const numbers = (value: unknown): readonly number[] => (Array.isArray(value) ? value.map(Number) : []);
const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && [...a].sort((x, y) => x - y).join() === [...b].sort((x, y) => x - y).join();

/** A cron schedule on the cluster that pulls (reference 5.1); SnapMirror takes no other kind (6619714). */
export const createSchedule = defineStep<z.infer<typeof scheduleInput>, Made>({
  effect: "change",
  input: scheduleInput,
  output: made,
  describe: (given) =>
    `Make the schedule ${shown(given.name, "?")} on ${shown(given.cluster, "?")}: ${hoursText(numbers(given.hours))}, minutes ${numbers(given.minutes).join(", ")}`,
  touches: (given) => [changes(settings("schedule", given.cluster, given.name))],
  probe: async (given, on) => {
    const found = await on.ontap(given.cluster).schedules.findByName(given.name);
    if (!found) return { found: "absent" };
    const cron = found.cron;
    return cron && sameNumbers(cron.minutes, given.minutes) && sameNumbers(cron.hours, given.hours)
      ? { found: "done", output: { uuid: found.uuid } }
      : { found: "foreign", what: `Another schedule ${given.name} is on ${given.cluster}` };
  },
  run: async (given, on) => {
    await on.ontap(given.cluster).schedules.create({ name: given.name, cron: cronOf(given) });
  },
  handOff: (given) =>
    scheduleText(shown(given.name, "?"), cronOf({ minutes: numbers(given.minutes), hours: numbers(given.hours) })),
  undo: {
    describe: (given) => `the schedule ${shown(given.name, "?")} is removed again`,
    run: async (given, _past, on) => {
      const found = await on.ontap(given.cluster).schedules.findByName(given.name);
      if (found) await on.ontap(given.cluster).schedules.delete(found.uuid);
    },
  },
});

const hoursText = (hours: readonly number[]): string =>
  hours.length === 0 ? "every hour" : `at ${hours.map((each) => `${each} h`).join(", ")}`;

const rule = z.object({ label: z.string(), count: z.number().int() });
const policyInput = z.object({
  cluster: z.string(),
  svm: z.string(),
  name: z.string(),
  retention: z.array(rule),
  compression: z.boolean(),
});
type PolicyInput = z.infer<typeof policyInput>;
const rulesText = (value: unknown): string =>
  (Array.isArray(value) ? (value as PolicyInput["retention"]) : [])
    .map(({ label, count }) => `${count} of "${label}"`)
    .join(", ");

/** Where a policy of that name says something else than is wanted, in words; empty when it says the same. */
export function policyDiffers(
  wanted: {
    readonly retention: readonly { readonly label: string; readonly count: number }[];
    readonly compression: boolean;
  },
  found: MirrorPolicy,
): readonly string[] {
  const rules = (of: readonly { label: string; count: number }[]): string =>
    [...of]
      .map(({ label, count }) => `${label}:${count}`)
      .sort()
      .join();
  return [
    ...(found.type !== undefined && found.type !== "async" ? [`it is ${found.type}`] : []),
    ...(found.copiesAllSnapshots ? ["it copies every snapshot"] : []),
    ...(found.copiesLatestOnly ? ["it copies only SnapMirror's own snapshot"] : []),
    ...(found.createsSnapshotOnSource ? [] : ["it takes no snapshot on the source, so it cannot be reversed"]),
    ...(rules(found.retention) === rules(wanted.retention)
      ? []
      : [`it keeps ${rulesText(found.retention) || "no labels"}`]),
    ...(found.compresses === wanted.compression
      ? []
      : [`it ${found.compresses ? "compresses" : "does not compress"} what goes over`]),
  ];
}

/** What goes over and how many of each label stay there. The same on both clusters, or a reversed mirror lacks it (13303996). */
export const createPolicy = defineStep<PolicyInput, Made>({
  effect: "change",
  input: policyInput,
  output: made,
  describe: (given) =>
    `Make the SnapMirror policy ${shown(given.name, "?")} in ${shown(given.svm, "?")} on ${shown(given.cluster, "?")}: keep ${rulesText(given.retention)}${given.compression === true ? ", compressed on the way" : ""}`,
  touches: (given) => [changes(settings("mirrorPolicy", given.cluster, given.name))],
  probe: async (given, on, past) => {
    const found = await on.ontap(given.cluster).policies.findFor(given.svm, given.name);
    if (!found) return whenMissing(on, given.cluster, past.notes);
    return policyDiffers(given, found).length === 0
      ? { found: "done", output: { uuid: found.uuid } }
      : { found: "foreign", what: `Another SnapMirror policy ${given.name} is on ${given.cluster}` };
  },
  run: async (given, on) => {
    const { svm, name, retention, compression } = given;
    await noteJob(
      on,
      await on.ontap(given.cluster).policies.create({
        svm,
        name,
        copies: "labelled",
        retention,
        createsSnapshotOnSource: true,
        compresses: compression,
        comment: "made by Sluice",
      }),
    );
  },
  handOff: (given) => {
    const rules = Array.isArray(given.retention) ? (given.retention as PolicyInput["retention"]) : [];
    return policyText(shown(given.svm, "?"), shown(given.name, "?"), rules, given.compression === true);
  },
  undo: {
    describe: (given) => `the policy ${shown(given.name, "?")} is removed again`,
    run: async (given, _past, on) => {
      const found = await on.ontap(given.cluster).policies.findFor(given.svm, given.name);
      if (found) await noteJob(on, await on.ontap(given.cluster).policies.delete(found.uuid));
    },
  },
});

const volumeInput = z.object({
  cluster: z.string(),
  svm: z.string(),
  volume: z.string(),
  aggregate: z.string(),
  sizeBytes: z.number().int(),
  language: z.string(),
  encrypted: z.boolean(),
  tiering: z.enum(["none", "snapshot_only", "auto", "all"]),
  /** By which it is known as this run's. */
  comment: z.string(),
});
const dp = (given: { cluster: unknown; svm: unknown; volume: unknown }) => ({
  cluster: shown(given.cluster, "?"),
  svm: shown(given.svm, "?"),
  volume: shown(given.volume, "?"),
});

/** An empty volume of type dp, as large as its source and of its language (reference 6.4). */
export const createMirrorVolume = defineStep<z.infer<typeof volumeInput>, Made>({
  effect: "change",
  input: volumeInput,
  output: made,
  describe: (given) =>
    `Make volume ${shown(given.volume, "?")} on ${shown(given.cluster, "?")}, aggregate ${shown(given.aggregate, "?")}: a mirror's destination, thin${given.encrypted === true ? ", encrypted" : ""}${given.tiering === "none" ? "" : `, tiering ${shown(given.tiering, "?")}`}`,
  touches: (given) => [changes(volumeResource(dp(given), "dr"))],
  probe: async (given, on, past) => {
    const found = await on.ontap(given.cluster).volumes.findByName(given.svm, given.volume);
    if (!found) return whenMissing(on, given.cluster, past.notes);
    if (found.comment !== given.comment || found.type !== "dp")
      return { found: "foreign", what: `A volume ${given.volume} is on ${given.cluster} already` };
    return { found: "done", output: { uuid: found.uuid } };
  },
  run: async (given, on) => {
    const { svm, volume, aggregate, sizeBytes, language, encrypted, comment, tiering } = given;
    await noteJob(
      on,
      await on.ontap(given.cluster).volumes.create({
        svm,
        name: volume,
        type: "dp",
        sizeBytes,
        aggregate,
        language,
        comment,
        ...(encrypted ? { encrypted } : {}),
        ...(tiering === "none" ? {} : { tiering }),
      }),
    );
  },
  handOff: (given) => {
    const { svm, volume } = dp(given);
    return mirrorVolumeText(
      { svm, volume },
      {
        aggregate: shown(given.aggregate, "?"),
        language: shown(given.language, "?"),
        sizeBytes: Number(shown(given.sizeBytes, "0")),
        comment: shown(given.comment, "?"),
        encrypted: given.encrypted === true,
        tiering: shown(given.tiering, "none"),
      },
    );
  },
  undo: {
    describe: (given) => `volume ${shown(given.volume, "?")} is deleted again`,
    run: async (given, _past, on) => {
      const found = await on.ontap(given.cluster).volumes.findByName(given.svm, given.volume);
      if (found?.comment === given.comment)
        await noteJob(on, await on.ontap(given.cluster).volumes.delete(found.uuid, { force: true }));
    },
  },
});

const relationshipInput = z.object({
  cluster: z.string(),
  svm: z.string(),
  volume: z.string(),
  source: z.object({ cluster: z.string(), svm: z.string(), volume: z.string() }),
  /** `<local alias of the source SVM>:<volume>` */
  sourcePath: z.string(),
  policy: z.string(),
  schedule: z.string(),
  kbPerSecond: z.number().int(),
  /** Our login may release it on the source, should it be taken back. */
  releases: z.boolean(),
});
type RelationshipInput = z.infer<typeof relationshipInput>;

/** The mirror itself, its policy named, by the alias this cluster knows the source's SVM by. Nothing moves yet. Reference 6.3. */
export const createRelationship = defineStep<RelationshipInput, Made>({
  effect: "change",
  input: relationshipInput,
  output: made,
  describe: (given) =>
    `Make ${shown(given.volume, "?")} on ${shown(given.cluster, "?")} the mirror of ${shown(given.sourcePath, "?")}: policy ${shown(given.policy, "?")}, schedule ${shown(given.schedule, "?")} (nothing moves yet)`,
  touches: (given) => [
    changes(mirrorResource(dp(given))),
    reads(volumeResource(dp((given as RelationshipInput).source), "production")),
  ],
  probe: async (given, on, past) => {
    const { svm, volume } = given;
    const [found] = (
      await on.ontap(given.cluster).relationships.list({ destinationSvm: svm, destinationVolume: volume })
    ).filter((each) => !each.restore);
    if (found)
      return found.source.path === given.sourcePath && found.policy?.name === given.policy
        ? { found: "done", output: { uuid: found.uuid } }
        : { found: "foreign", what: `${volume} is the mirror of ${found.source.path} already` };
    const missing = await whenMissing(on, given.cluster, past.notes);
    if (missing.found === "running" || past.attempt === 0) return missing;
    // Being made, the source knows of it first, and this side shows it a moment later: only while taking it apart is that half of it.
    return !past.notes.some(isTakenApart) || (await fedRecord(given, on)) === undefined
      ? missing
      : { found: "partial", why: `Only the source knows of the mirror ${volume}.` };
  },
  run: async (given, on) => {
    const { svm, volume, sourcePath, source, policy, schedule, kbPerSecond } = given;
    await noteJob(
      on,
      await on.ontap(given.cluster).relationships.create({
        sourcePath,
        sourceCluster: source.cluster,
        destinationPath: `${svm}:${volume}`,
        policy,
        schedule,
        ...(kbPerSecond > 0 ? { throttleKilobytesPerSecond: kbPerSecond } : {}),
      }),
    );
  },
  handOff: (given) => {
    const { svm, volume } = dp(given);
    const { cluster } = (given as RelationshipInput).source;
    const source = { path: shown(given.sourcePath, "?"), cluster };
    return createText({ svm, volume }, source, shown(given.policy, "?"), {
      schedule: shown(given.schedule, "?"),
      kbPerSecond: Number(shown(given.kbPerSecond, "0")),
    });
  },
  undo: {
    describe: (given) => `the mirror ${shown(given.volume, "?")} is taken apart again, on both sides`,
    run: async (given, past, on) => {
      const array = on.ontap(given.cluster);
      const fed = await fedRecord(given, on);
      if (!past.notes.some(isTakenApart)) await on.note(takenApart);
      const all = await array.relationships.list({ destinationSvm: given.svm, destinationVolume: given.volume });
      const found = all.find((each) => !each.restore && each.source.path === given.sourcePath);
      if (found)
        await array.jobs.settle(await array.relationships.delete(found.uuid, "destinationOnly"), { timeoutMs: 30_000 });
      if (fed && given.releases)
        await noteJob(on, await on.ontap(given.source.cluster).relationships.delete(fed, "sourceOnly"));
    },
  },
});

const takenApart = { takenApart: true };
const isTakenApart = (note: Json): boolean => typeof note === "object" && note !== null && "takenApart" in note;

/** What the source's cluster knows of this mirror, where our login may ask and take it back. */
async function fedRecord(
  given: RelationshipInput,
  on: Parameters<(typeof createPolicy)["probe"]>[1],
): Promise<string | undefined> {
  if (!given.releases) return undefined;
  const { cluster, svm, volume } = given.source;
  const feeds = await on.ontap(cluster).relationships.listDestinations({ sourceSvm: svm, sourceVolume: volume });
  return feeds.find((each) => each.destination.volume === given.volume)?.uuid;
}
