import { z } from "zod";
import { defineStep, shown } from "../define.js";
import { reads, volumeResource } from "../resources.js";

const input = z.object({
  cluster: z.string(),
  svm: z.string(),
  volume: z.string(),
  volumeUuid: z.string(),
  snapshot: z.string(),
  versionUuid: z.string(),
});
const output = z.object({ uuid: z.string(), name: z.string() });

/** The same snapshot on the mirror: by `version_uuid`, which the copies share, never by name alone. */
export const findOnMirror = defineStep<z.infer<typeof input>, z.infer<typeof output>>({
  effect: "read",
  input,
  output,
  describe: (given) =>
    `Find ${shown(given.snapshot, "the snapshot")} on the mirror ${shown(given.volume, "?")} by its identity`,
  touches: (given) => [
    reads(
      volumeResource(
        { cluster: shown(given.cluster, "?"), svm: shown(given.svm, "?"), volume: shown(given.volume, "?") },
        "dr",
      ),
    ),
  ],
  probe: async (given, on) => {
    const [found] = await on.ontap(given.cluster).snapshots.list(given.volumeUuid, { versionUuid: given.versionUuid });
    if (found) return { found: "done", output: { uuid: found.uuid, name: found.name } };
    return { found: "absent", because: `Snapshot ${given.snapshot} has not come to the mirror ${given.volume}.` };
  },
  run: async () => undefined,
  undo: { stays: "looking changes nothing" },
});
