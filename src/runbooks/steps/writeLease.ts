import { z } from "zod";
import type { Json } from "../../core/json.js";
import { durationMs } from "../../core/units.js";
import { defineStep, shown } from "../define.js";
import { cloneNoteShape, readNote, writeNote, type CloneNote } from "../clones.js";
import { showTime } from "../points.js";
import { changes, volumeResource } from "../resources.js";
import type { ReadTools } from "../tools.js";

const input = z.object({
  cluster: z.string(),
  svm: z.string(),
  /** By name while the plan is made; the comment's run decides whether it is the one. */
  volumes: z.array(z.string()),
  note: cloneNoteShape,
  /** Either the end itself, or what it is counted from and how long. */
  until: z.string().optional(),
  from: z.string().optional(),
  lease: z.string().optional(),
  timeZone: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({ until: z.string() });

const endOf = (given: Input): string =>
  given.until ?? new Date(Date.parse(given.from ?? "") + durationMs(given.lease ?? "P0D")).toISOString();

function described(given: { until?: unknown; lease?: unknown; timeZone: unknown }): string {
  if (typeof given.until === "string") return `until ${showTime(given.until, shown(given.timeZone, "UTC"))}`;
  return `for ${leaseWords(shown(given.lease, "?"))} from the mount`;
}

/** "P3D" as "3 days". */
export function leaseWords(iso: string): string {
  const [, days, hours] = /^P(?:(\d+)D)?(?:T(\d+)H)?$/.exec(iso) ?? [];
  const parts = [
    days ? `${days} day${days === "1" ? "" : "s"}` : "",
    hours ? `${hours} hour${hours === "1" ? "" : "s"}` : "",
  ].filter((part) => part !== "");
  return parts.length > 0 ? parts.join(" ") : iso;
}

/** Writes the end of the lease into the clone's comment: the array is the registry. */
export const writeLease = defineStep<Input, z.infer<typeof output>>({
  effect: "change",
  input,
  output,
  describe: (given) =>
    `Write the lease of ${shown((given.note as { name?: unknown }).name, "the clone")} down: ${described(given as never)}; it is given back by itself then`,
  touches: (given) => {
    const owner = shown((given.note as { owner?: unknown }).owner, "");
    const names = Array.isArray(given.volumes) ? given.volumes : [];
    return names.map((volume) =>
      changes(
        volumeResource(
          { cluster: shown(given.cluster, "?"), svm: shown(given.svm, "?"), volume: shown(volume, "?") },
          "clone",
          { owner },
        ),
      ),
    );
  },
  before: async (given, on) => (await notesOf(given, on)).map(({ uuid, comment }) => ({ uuid, comment })),
  probe: async (given, on, { attempt }) => {
    const until = endOf(given);
    const found = await notesOf(given, on);
    if (found.length < given.volumes.length)
      return { found: "foreign", what: "The clone's volume is not there as it was" };
    const written = found.filter((each) => each.note?.until === until);
    if (written.length === found.length) return { found: "done", output: { until } };
    if (attempt === 0 || written.length === 0) return { found: "absent" };
    return { found: "partial", why: `The lease is written on ${written.length} of ${found.length} volumes.` };
  },
  run: async (given, on, { attempt, before }) => {
    const until = endOf(given);
    // at the first attempt the picture before it was taken just now
    const found = attempt === 1 ? pictureOf(before) : [];
    for (const { uuid, note } of found.length > 0 ? found : await notesOf(given, on)) {
      if (note && note.until !== until)
        await on.ontap(given.cluster).volumes.setComment(uuid, writeNote({ ...note, until }));
    }
  },
  undo: {
    describe: () => "the lease reads as it did before",
    run: async (given, past, on) => {
      const before = new Map(pictureOf(past.before).map(({ uuid, comment }) => [uuid, comment]));
      for (const { uuid, comment } of await notesOf(given, on)) {
        const was = before.get(uuid);
        if (was !== undefined && was !== comment) await on.ontap(given.cluster).volumes.setComment(uuid, was);
      }
    },
  },
});

const pictureShape = z.array(z.object({ uuid: z.string(), comment: z.string() }));

/** The comments as `before` kept them. */
const pictureOf = (before: Json | undefined): { uuid: string; comment: string; note: CloneNote | undefined }[] =>
  (pictureShape.safeParse(before).data ?? []).map((each) => ({ ...each, note: readNote(each.comment) }));

async function notesOf(
  given: Input,
  on: ReadTools,
): Promise<{ uuid: string; comment: string; note: CloneNote | undefined }[]> {
  const all = await on.ontap(given.cluster).volumes.list({ svm: given.svm, isFlexclone: true });
  return given.volumes.flatMap((name) => {
    const volume = all.find((each) => each.name === name);
    const note = volume && readNote(volume.comment);
    return volume && note?.run === given.note.run ? [{ uuid: volume.uuid, comment: volume.comment, note }] : [];
  });
}
