import type { Clock } from "../../core/clock.js";
import type { Problem } from "../../core/problems.js";
import type { HttpReads } from "../wire/calls.js";
import { jobProblem, type Login } from "../wire/errors.js";
import { api } from "../wire/query.js";
import { instant, needText, num, part, text, type Wire } from "../wire/records.js";

/** One of ONTAP's jobs. Its record goes 300 s after its end: not found means "read the object". */
export type OntapJob = {
  readonly uuid: string;
  /** "PATCH /api/snapmirror/relationships/…" */
  readonly description: string;
  readonly startTime: string | undefined;
  readonly endTime: string | undefined;
} & (
  | { readonly state: "running" }
  | { readonly state: "success" }
  | {
      readonly state: "failure";
      readonly code: string | undefined;
      readonly message: string;
      /** The same failure in the words and classes of every other error. */
      readonly problem: Problem;
    }
);

const FIELDS = "uuid,description,state,message,code,error,start_time,end_time";
/** So that a request line stays short of what servers take. */
const UUIDS_PER_QUERY = 100;

const readJob =
  (cluster: string, login: Login) =>
  (wire: Wire): OntapJob => {
    const description = text(wire, "description") ?? "";
    const about = {
      uuid: needText(wire, "uuid"),
      description,
      startTime: instant(wire, "start_time"),
      endTime: instant(wire, "end_time"),
    };
    const state = needText(wire, "state").toLowerCase();
    if (state === "success") return { ...about, state };
    if (state !== "failure" && state !== "error") return { ...about, state: "running" };
    const problem = jobProblem({ cluster, login }, wire);
    const error = part(wire, "error");
    return {
      ...about,
      state: "failure",
      code: problem.code ?? text(error, "code") ?? num(wire, "code")?.toString(),
      message: text(error, "message") ?? text(wire, "message") ?? problem.message,
      problem,
    };
  };

/** Reads of `/cluster/jobs` (reference 1.7). */
export function jobReads(http: HttpReads, clock: Clock, login: Login) {
  const read = readJob(http.cluster, login);
  const find = (uuid: string): Promise<OntapJob | undefined> =>
    http.find(api`/cluster/jobs/${uuid}`, { fields: FIELDS }, read);
  return {
    /** GET /cluster/jobs/{uuid}; undefined when its record has gone: nobody knows how it ended, read the object. */
    find,

    /** The watcher's question: GET /cluster/jobs?uuid=a|b|c. Those missing from the answer have gone. */
    listByUuid: async (uuids: readonly string[]): Promise<OntapJob[]> => {
      const found: OntapJob[] = [];
      for (let i = 0; i < uuids.length; i += UUIDS_PER_QUERY) {
        const some = { anyOf: uuids.slice(i, i + UUIDS_PER_QUERY) };
        found.push(...(await http.list("/cluster/jobs", { fields: FIELDS, where: { uuid: some } }, read)));
      }
      return found;
    },

    /**
     * Follows a job with growing pauses (1 s, then up to 2 s) for at most `timeoutMs`. Answers what it last saw: still running when the time is up,
     * undefined when the record has gone. For short work within a step; long work is watched, not waited for.
     */
    follow: async (uuid: string, timeoutMs: number, signal?: AbortSignal): Promise<OntapJob | undefined> => {
      const until = clock.now() + timeoutMs;
      for (let pause = 1000; ; pause = Math.min(2000, pause * 1.4)) {
        const job = await find(uuid);
        if (job?.state !== "running" || clock.now() + pause > until) return job;
        await clock.sleep(pause, signal);
      }
    },
  };
}

export type JobReads = ReturnType<typeof jobReads>;
