import type { SimReply, SimRequest } from "../../kit/http.js";
import { checkWriteArguments, flagOf, timeoutSeconds } from "./arguments.js";
import { parseBody } from "./body.js";
import { matched, recordJob } from "./bulk.js";
import { ApiError, badValue } from "./errors.js";
import { type JobFault, livingJobs, startJob } from "./jobs.js";
import type { Rec, Val } from "./records.js";
import { knownFields } from "./releases.js";
import { contentType, ended, speaksHal } from "./reply.js";
import type { Ctx } from "./route.js";
import { type BulkCall, readableFields } from "./table.js";

const DEFAULT_QUERY_TIMEOUT_S = 15;

/** A write of `records`: a job, whatever the endpoint does for one, and a link to what comes of it. */
export async function writeRecords(
  call: BulkCall,
  ctx: Ctx,
  records: readonly Val[],
  request: SimRequest,
  fault: JobFault | undefined,
): Promise<SimReply> {
  const { fabric, cluster } = ctx;
  const { write } = call;
  const wait = timeoutSeconds(request.query, 0);
  checkWriteArguments(write, request.query, readableFields(write.path, cluster.spec.release), cluster.spec.release);
  if (records.length === 0) throw new ApiError(262212, 'Field "records" is required.', 400, "records");
  const { start, result } = recordJob(call, ctx, records);
  const job = startJob(fabric, cluster, `${write.method} ${request.path}`, start, fault);
  Object.assign(job, { message: `0 of ${records.length} records complete.`, code: 262289 });
  const living = new Set(livingJobs(fabric, cluster).map(({ uuid }) => uuid));
  cluster.bulk = [
    ...cluster.bulk.filter((each) => living.has(each.jobUuid)),
    Object.assign(result, { jobUuid: job.uuid }),
  ];
  await ended(fabric, job, wait);
  if (job.state === "failure" && wait > 0) throw new ApiError(job.code, job.message, job.status ?? 400);
  const results = `/api${call.path}?job_results_uuid=${job.uuid}`;
  const links = speaksHal(request)
    ? { _links: { self: { href: `/api/cluster/jobs/${job.uuid}` }, results: { href: results } } }
    : {};
  const done = wait > 0 && job.state === "success";
  return {
    status: done ? (write.method === "POST" ? 201 : 200) : 202,
    headers: { ...contentType(request), ...(write.method === "POST" ? { location: results } : {}) },
    body: { job: { uuid: job.uuid, ...links } },
  };
}

/**
 * A PATCH or DELETE of whatever the query matches: one record after the other, each to its end, for `return_timeout` seconds (15 unless said) or `max_records` records, and
 * a link to go on with. What was done before a failure stays done.
 */
export async function writeByQuery(call: BulkCall, bare: Ctx, request: SimRequest): Promise<SimReply> {
  const { fabric, cluster } = bare;
  const { write, collection } = call;
  const { release } = cluster.spec;
  const text = request.body.toString("utf8");
  if (write.method === "DELETE" && text.trim() !== "")
    throw new ApiError(262198, "DELETE requests must not have a body.", 400);
  const body = parseBody(
    text,
    knownFields(write.path, write.body ?? [], release),
    knownFields(write.path, write.readable ?? [], release),
  );
  const until = fabric.time() + timeoutSeconds(request.query, DEFAULT_QUERY_TIMEOUT_S) * 1000;
  const most = mostRecords(request.query);
  const goesOn = flagOf(request.query, "continue_on_failure", false);
  const after = collection.keys.map((key) => request.query.get(`start.${key}`));
  const from = after.every((each) => each !== null) ? after.join("/") : undefined;
  const rest = matched(call, { ...bare, body }, release).filter(({ key }) => from === undefined || key > from);
  const jobs: Rec[] = [];
  const failures: ApiError[] = [];
  let count = 0;
  let last: string | undefined;
  for (const each of rest) {
    if (count >= most || fabric.time() > until) break;
    count += 1;
    last = each.key;
    try {
      const outcome = write.run(each.ctx);
      if (!("job" in outcome)) continue;
      const job = startJob(fabric, cluster, `${write.method} ${request.path}/${each.key}`, outcome.job);
      jobs.push({ uuid: job.uuid });
      await ended(fabric, job, Math.max(0, (until - fabric.time()) / 1000));
      if (job.state === "failure") throw new ApiError(job.code, job.message, job.status ?? 400);
      if (job.endedAt === undefined) break;
    } catch (error) {
      if (!(error instanceof ApiError) || !goesOn) throw error;
      failures.push(error);
    }
  }
  fabric.settle();
  if (failures.length > 0)
    throw new ApiError(
      262292,
      `The records operation was partially completed. The following failures were encountered. ${failures.map((each) => each.message).join(" ")}`,
    );
  const next = count < rest.length && last !== undefined ? nextLink(call, request, last) : {};
  return {
    status: 200,
    headers: contentType(request),
    body: { ...(jobs.length > 0 ? { jobs } : {}), num_records: count, ...next },
  };
}

function mostRecords(query: URLSearchParams): number {
  const text = query.get("max_records");
  if (text === null) return Infinity;
  if (!/^[1-9]\d*$/.test(text)) throw badValue("max_records", text);
  return Number(text);
}

/** Where the caller goes on, with the same method. */
function nextLink({ collection, path }: BulkCall, request: SimRequest, last: string): Rec {
  const query = new URLSearchParams([...request.query].filter(([name]) => !name.startsWith("start.")));
  const parts = collection.keys.length === 1 ? [last] : last.split("/");
  collection.keys.forEach((key, i) => query.set(`start.${key}`, parts[i] ?? ""));
  return { _links: { next: { href: `/api${path}?${query.toString()}` } } };
}
