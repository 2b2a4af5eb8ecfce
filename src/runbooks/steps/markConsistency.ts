import { z } from "zod";
import { defineStep, shown } from "../define.js";
import { noteJob } from "./jobs.js";
import { environment, namedVolumes, onEach, setTouches } from "./takeSetSnapshot.js";

const input = z.object({
  cluster: z.string(),
  svm: z.string(),
  environment,
  volumes: namedVolumes,
  snapshot: z.string(),
  /** Was the application still frozen when the snapshot had been taken? */
  lasted: z.boolean(),
  comments: z.object({ lasted: z.string(), lapsed: z.string() }),
});
type Input = z.infer<typeof input>;
const output = z.object({ lasted: z.boolean() });

const wanted = ({ lasted, comments }: Input): string => (lasted ? comments.lasted : comments.lapsed);

/** Writes into the snapshot what it is. Until then its comment does not say that it is consistent for the application, so that nobody takes it for that. */
export const markConsistency = defineStep<Input, z.infer<typeof output>>({
  effect: "change",
  input,
  output,
  describe: (given) =>
    `Write into the comment of ${shown(given.snapshot, "?")} whether the freeze lasted: application-consistent if it did, crash-consistent only if not`,
  touches: setTouches,
  probe: async (given, on) => {
    const found = await onEach(given, on);
    if (found.some((each) => each === undefined))
      return { found: "foreign", what: `Snapshot ${given.snapshot} is not on every volume any more` };
    return found.every((each) => each?.comment === wanted(given))
      ? { found: "done", output: { lasted: given.lasted } }
      : { found: "absent" };
  },
  run: async (given, on) => {
    const array = on.ontap(given.cluster);
    const found = (await onEach(given, on)).filter((each) => each !== undefined);
    const accepted = await Promise.allSettled(
      found
        .filter((each) => each.comment !== wanted(given))
        .map((each) => array.snapshots.patch(each.volumeUuid, each.uuid, { comment: wanted(given) })),
    );
    for (const each of accepted) if (each.status === "fulfilled") await noteJob(on, each.value);
    const failed = accepted.find((each) => each.status === "rejected");
    if (failed) throw failed.reason;
  },
  undo: { stays: "a comment is all that was written" },
});
