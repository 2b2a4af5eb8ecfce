import type { SimReply, SimRequest } from "../../kit/http.js";
import type { FabricState } from "../fabric.js";
import type { JobState } from "../state.js";
import type { ApiError } from "./errors.js";
import type { Rec, Val } from "./records.js";
import type { Outcome } from "./route.js";

const POLL_MS = 10;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Without `Accept: application/json` ONTAP speaks HAL. */
export const speaksHal = (request: SimRequest): boolean => !/^application\/json\b/.test(request.headers.accept ?? "");

export const contentType = (request: SimRequest): Record<string, string> => ({
  "content-type": speaksHal(request) ? "application/hal+json" : "application/json",
  server: "libzapid-httpd",
});

/** Multi-admin verification, as NetApp's support once described it (reference 11): the call is taken, and only the text says that it waits. */
const TAKEN = 202;

export function errorReply(error: ApiError, request: SimRequest, retryAfterS?: number): SimReply {
  const challenge = error.status === 401 ? { "www-authenticate": 'Basic realm="ONTAP"' } : {};
  const wait = retryAfterS === undefined ? {} : { "retry-after": String(retryAfterS) };
  const body = error.status === TAKEN ? { message: error.message } : error.body();
  return { status: error.status, headers: { ...contentType(request), ...challenge, ...wait }, body };
}

/** Waits in real time for simulated time to pass; a clock that stands still is not waited for longer than asked. */
export async function ended(fabric: FabricState, job: JobState, seconds: number): Promise<void> {
  fabric.settle();
  const until = Date.now() + seconds * 1000;
  const simulated = fabric.time() + seconds * 1000;
  while (job.endedAt === undefined && Date.now() < until && fabric.time() < simulated) {
    await pause(POLL_MS);
    fabric.settle();
  }
}

/** The answer to a write that was done, or accepted as a job. */
export function written(
  status: number,
  outcome: Outcome,
  job: JobState | undefined,
  shown: { readonly records: boolean; readonly hal: boolean },
  request: SimRequest,
): SimReply {
  const link: Rec = shown.hal ? { _links: { self: { href: `/api/cluster/jobs/${job?.uuid ?? ""}` } } } : {};
  const record = shown.records && outcome.record ? [withLink(outcome.record, outcome.location, shown.hal)] : undefined;
  const body: Record<string, Val | undefined> = {
    ...(job ? { job: { uuid: job.uuid, ...link } } : {}),
    ...(record ? { num_records: record.length, records: record } : {}),
    ...("body" in outcome ? outcome.body : {}),
  };
  return {
    status,
    headers: { ...contentType(request), ...(outcome.location ? { location: outcome.location } : {}) },
    body,
  };
}

const withLink = (record: Rec, location: string | undefined, hal: boolean): Rec =>
  hal && location ? { ...record, _links: { self: { href: location } } } : record;
