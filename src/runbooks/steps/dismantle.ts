import { z } from "zod";
import type { Json } from "../../core/json.js";
import { deleteText } from "../byHand/mirrors.js";
import { deleteCopyText } from "../byHand/volumes.js";
import { defineStep, shown, type Past } from "../define.js";
import { cliWord, filter, typed } from "../handOff.js";
import { changes, mirrorResource, reads, volumeResource } from "../resources.js";
import { noteJob, whenMissing } from "./jobs.js";
import { isTakenBack, mirrorName, mirrorTarget, noteTakenBack, volumeRefOf } from "./mirrorTarget.js";
import { isMoving } from "./updateMirror.js";

const nothing = z.object({}).strict();
type Nothing = z.infer<typeof nothing>;

const stateBefore = (past: Past): string => {
  const before = past.before as { state?: Json } | null | undefined;
  return typeof before?.state === "string" ? before.state : "";
};

const stopInput = z.object(mirrorTarget);

/** Before a mirror is taken apart: no schedule starts a transfer any more, and one that runs is stopped with its checkpoint. */
export const stopMirror = defineStep<z.infer<typeof stopInput>, Nothing>({
  effect: "change",
  input: stopInput,
  output: nothing,
  describe: (given) => `Pause ${mirrorName(given)}, and stop a transfer that runs, keeping its checkpoint`,
  touches: (given) => [changes(mirrorResource(volumeRefOf(given)))],
  before: async (given, on) => ({
    state: (await on.ontap(given.cluster).relationships.get(given.relationship)).state ?? null,
  }),
  probe: async (given, on, past) => {
    const relationship = await on.ontap(given.cluster).relationships.find(given.relationship);
    if (!relationship) return { found: "foreign", what: `${mirrorName(given)} is not what it was` };
    if (isTakenBack(past)) return { found: "absent" };
    if (relationship.state === "snapmirrored") return whenMissing(on, given.cluster, past.notes);
    return isMoving(relationship) ? { found: "absent" } : { found: "done", output: {} };
  },
  run: async (given, on) => {
    const array = on.ontap(given.cluster);
    const { state, transfer } = await array.relationships.get(given.relationship);
    if (transfer?.uuid !== undefined) await array.transfers.abort(given.relationship, transfer.uuid);
    if (state === "snapmirrored")
      await noteJob(on, await array.relationships.setState(given.relationship, "paused", { returnTimeoutSeconds: 15 }));
  },
  undo: {
    describe: (given) => `${mirrorName(given)} goes on by its schedule, as it did`,
    run: async (given, past, on) => {
      const array = on.ontap(given.cluster);
      const { state } = await array.relationships.get(given.relationship);
      if (stateBefore(past) === "snapmirrored" && state !== "snapmirrored")
        await noteJob(
          on,
          await array.relationships.setState(given.relationship, "snapmirrored", { returnTimeoutSeconds: 15 }),
        );
      await noteTakenBack(on);
    },
  },
});

const deleteInput = z.object(mirrorTarget);

/** The destination's record goes, and nothing else: the copies and the common snapshots stay on both sides (reference 6.8). */
export const deleteRelationship = defineStep<z.infer<typeof deleteInput>, Nothing>({
  effect: "change",
  input: deleteInput,
  output: nothing,
  describe: (given) =>
    `Delete the relationship of ${mirrorName(given)}, on the destination only: no snapshot and no data goes with it`,
  touches: (given) => [changes(mirrorResource(volumeRefOf(given)))],
  probe: async (given, on, past) =>
    (await on.ontap(given.cluster).relationships.find(given.relationship))
      ? whenMissing(on, given.cluster, past.notes)
      : { found: "done", output: {} },
  run: async (given, on) => {
    await noteJob(on, await on.ontap(given.cluster).relationships.delete(given.relationship, "destinationOnly"));
  },
  writes: "relationships",
  handOff: (given) => deleteText(volumeRefOf(given)),
  undo: { impossible: "a relationship that is gone is not made again by itself; the copies and their snapshots stay" },
});

const releaseInput = z.object({
  cluster: z.string(),
  svm: z.string(),
  volume: z.string(),
  relationship: z.string(),
  /** The destination as the source writes it. */
  destination: z.string(),
  /** SnapMirror's own snapshots on the source go too: nothing can build on them once the copies are gone. */
  withBase: z.boolean(),
});

/** The source forgets a mirror it fed. By default the common snapshots stay (`source_info_only`); a plain deletion would take them. Reference 6.8. */
export const releaseSource = defineStep<z.infer<typeof releaseInput>, Nothing>({
  effect: "change",
  input: releaseInput,
  output: nothing,
  describe: (given) =>
    `Release ${shown(given.volume, "?")} on ${shown(given.cluster, "?")} from its mirror${given.withBase === true ? ", with SnapMirror's own snapshots there; nobody else's are touched" : "; every snapshot stays, the common ones too"}`,
  touches: (given) => [
    changes({
      kind: "relationship",
      id: `${shown(given.cluster, "?")}/feeds/${shown(given.svm, "?")}/${shown(given.volume, "?")}/${shown(given.destination, "?")}`,
      name: `what ${shown(given.cluster, "?")} knows of the mirror ${shown(given.destination, "?")}`,
      environment: "dr",
      labels: {},
    }),
    reads(volumeResource(volumeRefOf(given), "production")),
  ],
  probe: async (given, on, past) => {
    const { svm, volume } = given;
    const feeds = await on
      .ontap(given.cluster)
      .relationships.listDestinations({ sourceSvm: svm, sourceVolume: volume });
    return feeds.some((each) => each.uuid === given.relationship)
      ? whenMissing(on, given.cluster, past.notes)
      : { found: "done", output: {} };
  },
  run: async (given, on) => {
    const mode = given.withBase ? "sourceOnly" : "sourceInfoOnly";
    await noteJob(on, await on.ontap(given.cluster).relationships.delete(given.relationship, mode));
  },
  writes: "relationships",
  handOff: (given) => {
    const source = `${shown(given.svm, "?")}:${shown(given.volume, "?")}`;
    const info = given.withBase === true ? "" : " -relationship-info-only true";
    return typed(
      [
        `snapmirror release -source-path ${cliWord(source)} -destination-path ${cliWord(shown(given.destination, "?"))}${info}`,
      ],
      [
        {
          method: "GET",
          path: `/api/snapmirror/relationships${filter({ list_destinations_only: "true", "source.path": source, "destination.path": shown(given.destination, "?") })}`,
        },
        {
          method: "DELETE",
          path: `/api/snapmirror/relationships/{uuid}?${given.withBase === true ? "source_only" : "source_info_only"}=true`,
        },
      ],
    );
  },
  undo: { impossible: "what the source has forgotten it learns again only from a new relationship" },
});

const volumeInput = z.object({ cluster: z.string(), svm: z.string(), volume: z.string(), uuid: z.string() });

/** Deletes a mirror's copy. Not by force: the array keeps it in its recovery queue for a while (reference 7.4). */
export const deleteMirrorVolume = defineStep<z.infer<typeof volumeInput>, Nothing>({
  effect: "destroy",
  input: volumeInput,
  output: nothing,
  describe: (given) =>
    `Delete volume ${shown(given.volume, "?")} on ${shown(given.cluster, "?")}: the copy, with every snapshot it holds`,
  touches: (given) => [changes(volumeResource(volumeRefOf(given), "dr")), changes(mirrorResource(volumeRefOf(given)))],
  probe: async (given, on, past) =>
    (await on.ontap(given.cluster).volumes.find(given.uuid))
      ? whenMissing(on, given.cluster, past.notes)
      : { found: "done", output: {} },
  run: async (given, on) => {
    await noteJob(on, await on.ontap(given.cluster).volumes.delete(given.uuid, { force: false }));
  },
  writes: "volumes",
  handOff: (given) => deleteCopyText(volumeRefOf(given), shown(given.uuid, "?")),
  undo: {
    impossible:
      "the copy and its snapshots are gone; for about twelve hours the array's administrator can still fetch them from its recovery queue",
  },
});

const leftInput = z.object({
  cluster: z.string(),
  name: z.string(),
  uuid: z.string(),
  kind: z.enum(["mirrorPolicy", "schedule", "svmPeer"]),
  /** The SVM a policy or a peering belongs to; empty for the whole cluster's. */
  svm: z.string(),
});
type LeftInput = z.infer<typeof leftInput>;
const words = { mirrorPolicy: "SnapMirror policy", schedule: "schedule", svmPeer: "SVM peering" } as const;
const wordOf = (kind: unknown): string => words[kind as LeftInput["kind"]] ?? "?";

/** What only this mirror used. */
export const removeUnused = defineStep<LeftInput, Nothing>({
  effect: "change",
  input: leftInput,
  output: nothing,
  describe: (given) =>
    `Remove the ${wordOf(given.kind)} ${shown(given.name, "?")} from ${shown(given.cluster, "?")}: nothing else uses it`,
  touches: (given) => [
    changes({
      kind: shown(given.kind, "?"),
      id: `${shown(given.cluster, "?")}/${shown(given.kind, "?")}/${shown(given.svm, "?")}/${shown(given.name, "?")}`,
      name: `${wordOf(given.kind)} ${shown(given.name, "?")} on ${shown(given.cluster, "?")}`,
      environment: "infrastructure",
      labels: {},
    }),
  ],
  probe: async (given, on, past) => {
    const array = on.ontap(given.cluster);
    const all: Record<LeftInput["kind"], () => Promise<readonly { readonly uuid: string }[]>> = {
      mirrorPolicy: () => array.policies.list({ name: given.name }),
      schedule: () => array.schedules.list({ name: given.name }),
      svmPeer: () => array.svmPeers.list({ svm: given.svm, alias: given.name }),
    };
    const there = (await all[given.kind]()).some((each) => each.uuid === given.uuid);
    return there ? whenMissing(on, given.cluster, past.notes) : { found: "done", output: {} };
  },
  run: async (given, on) => {
    const array = on.ontap(given.cluster);
    if (given.kind === "schedule") return array.schedules.delete(given.uuid);
    await noteJob(on, await (given.kind === "svmPeer" ? array.svmPeers : array.policies).delete(given.uuid));
  },
  handOff: (given) => {
    const svm = shown(given.svm, "");
    const name = shown(given.name, "?");
    const at: Record<LeftInput["kind"], readonly [cli: string, path: string]> = {
      mirrorPolicy: [
        `snapmirror policy delete -vserver ${cliWord(svm === "" ? shown(given.cluster, "?") : svm)} -policy ${cliWord(name)}`,
        "/api/snapmirror/policies",
      ],
      schedule: [`job schedule cron delete -name ${cliWord(name)}`, "/api/cluster/schedules"],
      svmPeer: [`vserver peer delete -vserver ${cliWord(svm)} -peer-vserver ${cliWord(name)}`, "/api/svm/peers"],
    };
    const [cli, path] = at[given.kind as LeftInput["kind"]];
    return typed(
      [cli],
      [
        { method: "GET", path: `${path}${filter({ name })}` },
        { method: "DELETE", path: `${path}/{uuid}` },
      ],
    );
  },
  undo: { impossible: "it is made anew when a set is protected again" },
});
