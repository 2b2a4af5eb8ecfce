import { z } from "zod";
import { Refusal } from "./problems.js";
import type { Person } from "./resource.js";

/**
 * The array is the registry of clones: everything Sluice must know of a clone to give it back stands in its volume's comment,
 * so that it survives the loss of our own store.
 */
export const cloneNoteShape = z.object({
  sluice: z.literal(1),
  run: z.string(),
  /** "clone" a person's; "pin" and "safety" belong to a restore; "drill" to a drill, which takes it away itself; "tail" holds what a failed-over array never sent. */
  kind: z.enum(["clone", "pin", "safety", "drill", "tail"]),
  set: z.string(),
  /** As people call it: "training", "class2". */
  name: z.string(),
  /** "TEAM/USER" */
  owner: z.string(),
  snapshot: z.string(),
  taken: z.string().optional(),
  host: z.string().optional(),
  mount: z.string().optional(),
  vg: z.string().optional(),
  igroup: z.string().optional(),
  /** Channel and thread of the request, for reminders. */
  thread: z.string().optional(),
  /** End of the lease, ISO-8601; absent until it is mounted. */
  until: z.string().optional(),
});
export type CloneNote = z.infer<typeof cloneNoteShape>;

/** What a volume's comment takes. Notes are written in ASCII, so that characters and bytes are the same. */
const commentLength = 1023;
/** Kept free in a note without an end, so that the end can always be written into it later. */
const endReserve = ',"until":"2026-11-22T14:00:00.000+00:00"'.length;

/**
 * A note as a comment that `readNote` reads again. What is only shown (the snapshot's name) is shortened to make it fit.
 * Throws a Refusal when what is needed to give the clone back does not fit: nothing may be made that cannot be found again.
 */
export function writeNote(note: CloneNote): string {
  const room = commentLength - (note.until === undefined ? endReserve : 0);
  const whole = asciiJson(note);
  if (whole.length <= room) return whole;
  const name = [...note.snapshot];
  const cut = (kept: number): string => asciiJson({ ...note, snapshot: `${name.slice(0, kept).join("")}…` });
  let [fits, not] = [-1, name.length];
  while (not - fits > 1) {
    const middle = Math.floor((fits + not) / 2);
    if (cut(middle).length <= room) fits = middle;
    else not = middle;
  }
  if (fits >= 0) return cut(fits);
  throw new Refusal("The names of this clone are too long to be written into its volume's comment.", {
    next: "Nothing was changed. Shorter names of the clone, its host or its mount point will do.",
  });
}

/** `sluice` first, by which a note is known. Lone halves of a character pair are escaped by JSON itself. */
const asciiJson = ({ sluice, ...rest }: CloneNote): string =>
  JSON.stringify({ sluice, ...rest }).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** What a volume's comment says of it; undefined for what is not ours. */
export function readNote(comment: string): CloneNote | undefined {
  if (!comment.startsWith('{"sluice":1')) return undefined;
  try {
    return cloneNoteShape.parse(JSON.parse(comment));
  } catch {
    return undefined;
  }
}

/** As much of a volume as says whether it is a clone of ours. */
export interface NotedVolume {
  readonly comment: string;
  /** Absent for a volume that is no FlexClone. */
  readonly clone: object | undefined;
}

/** A clone as people know it: the volumes that one run made. */
export interface CloneOf<V> {
  readonly note: CloneNote;
  readonly cluster: string;
  readonly svm: string;
  readonly volumes: readonly V[];
}

/** The clones among some volumes of one SVM. */
export function clonesAmong<V extends NotedVolume>(cluster: string, svm: string, volumes: readonly V[]): CloneOf<V>[] {
  const clones = new Map<string, CloneOf<V>>();
  for (const volume of volumes) {
    const note = volume.clone ? readNote(volume.comment) : undefined;
    if (!note) continue;
    const key = `${note.run}/${note.kind}/${note.name}`;
    const before = clones.get(key);
    clones.set(key, { note, cluster, svm, volumes: [...(before?.volumes ?? []), volume] });
  }
  return [...clones.values()];
}

export const ownerText = (person: Person): string => `${person.team}/${person.user}`;

export function ownerOf(note: Pick<CloneNote, "owner">): Person {
  const [team = "", user = ""] = note.owner.split("/");
  return { team, user };
}
