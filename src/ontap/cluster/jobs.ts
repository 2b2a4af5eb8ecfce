import type { Problem } from "../../core/problems.js";
import type { HttpReads, HttpWrites } from "../wire/calls.js";
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
/** Above this many uuids the whole collection is read instead: a request line has its limits, a page does not mind. */
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
export function jobReads(http: HttpReads, login: Login) {
  const read = readJob(http.cluster, login);
  const list = (uuid?: { readonly anyOf: readonly string[] }): Promise<OntapJob[]> =>
    http.list("/cluster/jobs", { fields: FIELDS, where: { uuid } }, read);
  return {
    /** GET /cluster/jobs/{uuid}; undefined when its record has gone: nobody knows how it ended, read the object. */
    find: (uuid: string): Promise<OntapJob | undefined> =>
      http.find(api`/cluster/jobs/${uuid}`, { fields: FIELDS }, read),

    /** The watcher's question, one collection query for any number: GET /cluster/jobs?uuid=a|b|c. Those missing from the answer have gone. */
    listByUuid: async (uuids: readonly string[]): Promise<OntapJob[]> => {
      if (uuids.length === 0) return [];
      if (uuids.length <= UUIDS_PER_QUERY) return list({ anyOf: uuids });
      const wanted = new Set(uuids);
      return (await list()).filter((job) => wanted.has(job.uuid));
    },
  };
}

/** Writes of `/cluster/jobs` (reference 1.7). Synchronous. */
export function jobWrites(http: HttpWrites) {
  const ask = (action: "pause" | "resume" | "cancel") => async (uuid: string) => {
    await http.send({ method: "PATCH", path: api`/cluster/jobs/${uuid}`, query: { also: { action } } });
  };
  return {
    /** PATCH /cluster/jobs/{uuid}?action=pause. 458783 it cannot be paused, 458762 it has ended. */
    pause: ask("pause"),
    /** PATCH /cluster/jobs/{uuid}?action=resume. 458776 it is not paused. */
    resume: ask("resume"),
    /** PATCH /cluster/jobs/{uuid}?action=cancel. 458784 it cannot be cancelled, 458762 it has ended. What it did until then stays. */
    cancel: ask("cancel"),
  };
}

export type JobReads = ReturnType<typeof jobReads>;
export type JobWrites = ReturnType<typeof jobWrites>;
