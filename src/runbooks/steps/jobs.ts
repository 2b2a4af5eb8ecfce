import type { Json } from "../../core/json.js";
import { Rejected } from "../../core/problems.js";
import type { Accepted } from "../../ontap/index.js";
import type { Probe } from "../define.js";
import type { ReadTools, Tools } from "../tools.js";

/** Writes down an ONTAP job before anybody waits for it; one that is over already needs no watching. */
export async function noteJob(on: Tools, accepted: Accepted): Promise<void> {
  if (accepted.jobUuid !== undefined && !accepted.done) await on.note({ job: accepted.jobUuid });
}

/**
 * What the noted jobs say of work whose object is not there: running, ended in an error (absent, because), or nothing.
 * A job that has vanished proves nothing: the object decides.
 */
export async function whenMissing(
  on: ReadTools,
  cluster: string,
  notes: readonly Json[],
): Promise<Extract<Probe<never>, { found: "absent" | "running" }> & { readonly code?: string }> {
  const uuids = notes.flatMap((note) =>
    typeof note === "object" && note !== null && "job" in note ? [String((note as { job: Json }).job)] : [],
  );
  const last = uuids.at(-1);
  const job = last === undefined ? undefined : await on.ontap(cluster).jobs.find(last);
  if (job?.state === "running") return { found: "running", watch: { kind: "job", cluster, uuid: job.uuid } };
  if (job?.state !== "failure") return { found: "absent" };
  const { sentence, code } = job.problem;
  return { found: "absent", because: sentence, ...(code === undefined ? {} : { code }) };
}

/** The same of what may safely be asked for twice: where the login may not see jobs (Rejected "6"), what is left alone decides. */
export const whenLeft: typeof whenMissing = async (on, cluster, notes) => {
  try {
    return await whenMissing(on, cluster, notes);
  } catch (error) {
    if (error instanceof Rejected && error.code === "6") return { found: "absent" };
    throw error;
  }
};
