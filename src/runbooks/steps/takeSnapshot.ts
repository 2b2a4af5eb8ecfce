import { z } from "zod";
import { takeText } from "../byHand/snapshots.js";
import { defineStep, shown } from "../define.js";
import { changes, volumeResource } from "../resources.js";
import { noteJob, whenMissing } from "./jobs.js";

const input = z.object({
  cluster: z.string(),
  svm: z.string(),
  volume: z.string(),
  environment: z.enum(["production", "dr", "clone", "infrastructure"]),
  /** Carries the run's id, so the name is the tag. */
  snapshot: z.string(),
  label: z.string(),
  comment: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({ uuid: z.string(), versionUuid: z.string(), createTime: z.string() });

/** A labelled snapshot of a live volume. It stays, and ages out by the label's count. */
export const takeSnapshot = defineStep<Input, z.infer<typeof output>>({
  effect: "change",
  input,
  output,
  describe: (given) =>
    `Take snapshot ${shown(given.snapshot, "?")} of ${shown(given.volume, "?")} on ${shown(given.cluster, "?")}, label ${shown(given.label, "?")}`,
  touches: (given) => [
    changes(
      volumeResource(
        { cluster: shown(given.cluster, "?"), svm: shown(given.svm, "?"), volume: shown(given.volume, "?") },
        shown(given.environment, "production") as Input["environment"],
      ),
    ),
  ],
  probe: async (given, on, past) => {
    const array = on.ontap(given.cluster);
    const [volume] = await array.volumes.list({ svm: given.svm, name: given.volume });
    if (!volume) return { found: "foreign", what: `The volume ${given.volume} is not on ${given.cluster} any more` };
    const found = await array.snapshots.findByName(volume.uuid, given.snapshot);
    if (!found) return whenMissing(on, given.cluster, past.notes);
    if (found.versionUuid === undefined || found.createTime === undefined)
      return { found: "unclear", why: `Snapshot ${given.snapshot} cannot be read whole.` };
    return {
      found: "done",
      output: { uuid: found.uuid, versionUuid: found.versionUuid, createTime: found.createTime },
    };
  },
  run: async (given, on) => {
    const array = on.ontap(given.cluster);
    const [volume] = await array.volumes.list({ svm: given.svm, name: given.volume });
    if (volume)
      await noteJob(
        on,
        await array.snapshots.create(volume.uuid, { name: given.snapshot, label: given.label, comment: given.comment }),
      );
  },
  writes: "snapshots",
  handOff: (given) => {
    const text = (value: unknown): string => shown(value, "?");
    return takeText(
      { svm: text(given.svm), volume: text(given.volume) },
      { snapshot: text(given.snapshot), label: text(given.label), comment: text(given.comment) },
    );
  },
  undo: { stays: "a snapshot takes nothing from anybody; it ages out by its label" },
});
