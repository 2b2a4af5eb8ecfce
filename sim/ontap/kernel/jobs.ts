import type { FabricState } from "../fabric.js";
import type { ClusterState, JobState, SvmState } from "../state.js";
import { ApiError } from "./errors.js";

export interface JobStart {
  readonly kind: "volume" | "mirror";
  readonly svm?: SvmState | undefined;
  /** Does the work when the job ends; an ApiError makes it a failure. */
  run(): void;
  /** Called when the job could not be carried out: frees what was set aside. */
  abandon?(): void;
}

/** A failure to inject: without the effect, or with it. */
export interface JobFault {
  readonly code: number;
  readonly message: string;
  readonly when: "before" | "after";
}

/** Of an injected failure, where the call waited for the end; others are 400. */
const STATUS_OF: Readonly<Record<number, number>> = { 1: 409, 4: 404, 6: 403 };

/** Starts a job; its effect happens when it ends. */
export function startJob(
  fabric: FabricState,
  cluster: ClusterState,
  description: string,
  start: JobStart,
  fault?: JobFault,
): JobState {
  const [from, to] = fabric.knobs.jobMs[start.kind];
  const job: JobState = {
    uuid: fabric.ids.next("job"),
    description,
    svm: start.svm,
    startedAt: fabric.now,
    endsAt: fabric.now + fabric.ids.between(from, to),
    state: "running",
    message: "",
    code: 0,
  };
  cluster.jobs.push(job);
  fabric.at(job.endsAt, () => endJob(fabric, job, start, fault));
  return job;
}

/** A job that was paused meanwhile ends when it has run its time. */
function endJob(fabric: FabricState, job: JobState, start: JobStart, fault: JobFault | undefined): void {
  if (job.state === "running" && job.endsAt > fabric.now) {
    fabric.at(job.endsAt, () => endJob(fabric, job, start, fault));
    return;
  }
  if (job.state === "paused") {
    job.resume = () => fabric.at(job.endsAt, () => endJob(fabric, job, start, fault));
    return;
  }
  if (job.state !== "running") {
    start.abandon?.();
    return;
  }
  job.endedAt = fabric.now;
  try {
    if (fault?.when === "before") throw new ApiError(fault.code, fault.message, STATUS_OF[fault.code]);
    start.run();
    if (fault) throw new ApiError(fault.code, fault.message, STATUS_OF[fault.code]);
    job.state = "success";
    job.message = "success";
    job.code = 0;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    job.state = "failure";
    job.code = error.code;
    job.message = error.message;
    job.status = error.status;
  } finally {
    start.abandon?.();
  }
}

/** Jobs the array still remembers. */
export function livingJobs(fabric: FabricState, cluster: ClusterState): readonly JobState[] {
  const oldest = fabric.now - fabric.knobs.jobTtlMs;
  cluster.jobs = cluster.jobs.filter((job) => job.endedAt === undefined || job.endedAt > oldest);
  return cluster.jobs;
}
