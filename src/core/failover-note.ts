import { z } from "zod";

const volume = z.object({ cluster: z.string(), svm: z.string(), volume: z.string() });

/** A LUN's place before it was taken from its hosts: how it is given back. */
export const takenMapShape = z.object({
  cluster: z.string(),
  svm: z.string(),
  /** Path, `/vol/<volume>/<lun>`. */
  lun: z.string(),
  uuid: z.string(),
  serial: z.string(),
  igroup: z.string(),
  igroupUuid: z.string(),
  number: z.number().int(),
});
export type TakenMap = z.infer<typeof takenMapShape>;

/** What is remembered of a set that runs on its mirror: the arrays show that it is broken off, and nothing of why. */
export const failoverNoteShape = z.object({
  /** The run that failed it over. */
  run: z.string(),
  /** "TEAM/USER" */
  by: z.string(),
  /** `<channel>/<ts>` of its thread. */
  thread: z.string().optional(),
  timeZone: z.string(),
  /** When the mirror became the productive copy, ISO-8601. */
  since: z.string(),
  host: z.string(),
  /** The application was stopped first and everything was sent. */
  planned: z.boolean(),
  members: z.array(z.object({ source: volume, mirror: volume, snapshotPolicy: z.string() })),
  /** Null: the source may still serve its hosts. */
  fenced: z
    .object({
      at: z.string(),
      maps: z.array(takenMapShape),
      /** Production hosts that wrote down what they had mounted, and under which tag. */
      hosts: z.array(z.object({ name: z.string(), tag: z.string() })),
    })
    .nullable(),
});
export type FailoverNote = z.infer<typeof failoverNoteShape>;

/** Where it is remembered that a set runs on its mirror. Empty: it does not. */
export const failoverNoteName = (set: string): string => `failover:${set}`;

export function readFailoverNote(text: string | undefined): FailoverNote | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    return failoverNoteShape.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The failover a set is in, as Sluice wrote it down; undefined when none of ours is. */
export const recallFailover = async (
  on: { recall(name: string): Promise<string | undefined> },
  set: string,
): Promise<FailoverNote | undefined> => readFailoverNote(await on.recall(failoverNoteName(set)));
