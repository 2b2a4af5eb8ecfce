import type { SimReply, SimRequest } from "../../kit/http.js";
import type { FabricState } from "../fabric.js";
import type { Fault } from "../model.js";
import { approvalFor } from "../security/mav.js";
import type { ClusterState } from "../state.js";
import { authenticate, authorize, tunnelled } from "./auth.js";
import { parseBody } from "./body.js";
import { ApiError, isGeneral, notAuthorized, notFound } from "./errors.js";
import type { Field } from "./fields.js";
import { type JobFault, startJob } from "./jobs.js";
import { checkWriteArguments, flagOf, timeoutSeconds } from "./arguments.js";
import { recordsIn, resultsOf } from "./bulk.js";
import { writeByQuery, writeRecords } from "./bulkServe.js";
import { filled, readMany, readOne } from "./read.js";
import { isRec, type Rec } from "./records.js";
import { knownFields, type Release } from "./releases.js";
import { contentType, ended, errorReply, pause, speaksHal, written } from "./reply.js";
import type { Ctx, Login, Outcome, Write } from "./route.js";
import { bulkCallAt, methodsAt, type MatchedRead, matchRoute, readableFields, writableFields } from "./table.js";

const DEFAULT_GET_TIMEOUT_S = 15;

/** Answers one REST call to a cluster. More at a time than the knob allows are refused (reference 1.4). */
export async function answer(fabric: FabricState, name: string, request: SimRequest): Promise<SimReply> {
  const before = fabric.inFlight.get(name) ?? 0;
  if (before >= fabric.knobs.maxInFlight) return tooMany(fabric, request);
  fabric.inFlight.set(name, before + 1);
  try {
    return await answerOne(fabric, name, request);
  } finally {
    fabric.inFlight.set(name, (fabric.inFlight.get(name) ?? 1) - 1);
  }
}

function tooMany(fabric: FabricState, request: SimRequest): SimReply {
  const error = new ApiError(
    262160,
    "There are too many requests already being processed. Retry after a short delay.",
    429,
  );
  return errorReply(error, request, fabric.knobs.retryAfterS);
}

async function answerOne(fabric: FabricState, name: string, request: SimRequest): Promise<SimReply> {
  fabric.settle();
  if (fabric.is(name, "unreachable")) return { kind: "reset" };
  if (fabric.knobs.callMs > 0) await pause(fabric.knobs.callMs);
  const body = request.body.toString("utf8");
  const rule = fabric.faults.get(name)?.take({ method: request.method, path: request.target, body });
  const fault = rule?.does;
  const late = rule?.when === "after";
  if (fault?.kind === "delay") await pause(fault.ms);
  fabric.settle();
  const cluster = fabric.cluster(name);
  if (fault?.kind === "approval") {
    const refusal = approvalFor(fabric, cluster, request, fault.operation ?? "storage write");
    if (refusal) {
      // The rule stays in force until its request is approved: the identical call meets it again.
      fabric.faults.get(name)?.add({ ...rule, nth: 1, does: fault });
      return errorReply(refusal, request);
    }
  }
  const cut = fault && !late ? injected(fault, request) : undefined;
  if (cut) return cut;
  const reply = await real(fabric, cluster, request, fault?.kind === "jobFailure" ? jobFault(fault, late) : undefined);
  return (fault && late && injected(fault, request)) || reply;
}

const jobFault = (fault: Fault & { kind: "jobFailure" }, late: boolean): JobFault => ({
  code: fault.code,
  message: fault.message ?? `Injected failure ${fault.code}.`,
  when: late ? "after" : "before",
});

/** The answer a fault gives instead of the real one; undefined for those that change the call itself. */
function injected(fault: Fault, request: SimRequest): SimReply | undefined {
  switch (fault.kind) {
    case "reset":
    case "hang":
      return { kind: fault.kind };
    case "reply":
      return { status: fault.status, ...(fault.headers ? { headers: fault.headers } : {}), body: fault.body ?? "" };
    case "error":
      return errorReply(
        new ApiError(fault.code, fault.message ?? `Injected error ${fault.code}.`, fault.status ?? 400),
        request,
        fault.retryAfterS,
      );
    case "delay":
    case "jobFailure":
    case "approval":
      return undefined;
  }
}

async function real(
  fabric: FabricState,
  cluster: ClusterState,
  request: SimRequest,
  jobFault: JobFault | undefined,
): Promise<SimReply> {
  try {
    const reply = await handle(fabric, cluster, request, jobFault);
    // what the call changed is there, bytes and all, before anybody hears of it
    if (request.method !== "GET") fabric.bytes?.agree();
    return reply;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const own = error.status === 400 && !isGeneral(error.code) ? fabric.knobs.featureErrorStatus : error.status;
    return errorReply(new ApiError(error.code, error.message, own, error.target), request);
  }
}

async function handle(
  fabric: FabricState,
  cluster: ClusterState,
  request: SimRequest,
  fault: JobFault | undefined,
): Promise<SimReply> {
  const login = authenticate(fabric, cluster, request);
  const method = request.method === "HEAD" ? "GET" : request.method;
  const path = apiPath(request.path);
  const release = playedAt(fabric, cluster, path);
  const matched = matchRoute(method, path, release);
  if (method === "OPTIONS")
    return { status: 200, headers: { ...contentType(request), allow: methodsAt(path, release).join(", ") } };
  const text = request.body.toString("utf8");
  const bulk = method === "GET" ? undefined : bulkCallAt(method, path, release);
  const records = bulk && recordsIn(bulk, text);
  if (!matched && !bulk) {
    if (methodsAt(path, release).length === 0) {
      const code = fabric.knobs.unknownUrlCode;
      throw code === 4 ? notFound("url") : new ApiError(code, "API not found", 404);
    }
    throw new ApiError(3, `The method ${method} is not supported on this API.`, 405);
  }
  const route = matched && !("write" in matched) ? matched.collection : (matched ?? bulk)?.write;
  const clusterOnly = route?.clusterOnly ?? false;
  const denied = denial(fabric, login, clusterOnly, method, path);
  const inJob =
    fabric.knobs.rightsCheckedIn === "job" && route !== undefined && "reply" in route && route.reply === "async";
  const many = bulk !== undefined && (records !== undefined || !matched);
  if (denied && (!inJob || many)) throw denied;
  const scope = tunnelled(cluster, login, request);
  const ctx: Ctx = {
    fabric,
    cluster,
    login,
    scope,
    params: (matched ?? bulk)?.params ?? {},
    query: request.query,
    body: {},
    now: fabric.now,
  };
  if (bulk && records) return await writeRecords(bulk, ctx, records, request, fault);
  if (!matched) return await writeByQuery(bulk as NonNullable<typeof bulk>, ctx, request);
  if ("write" in matched)
    return await write(denied ? refusing(matched.write, denied) : matched.write, ctx, request, fault);
  if (request.body.length > 0) throw new ApiError(262198, "GET requests must not have a body.", 400);
  timeoutSeconds(request.query, DEFAULT_GET_TIMEOUT_S);
  const found = read(matched, ctx, speaksHal(request));
  return { status: 200, headers: { ...contentType(request), ...nextHeader(found) }, body: found };
}

/** The release whose routes a call meets: NetApp's documents do not agree since when there are application logs. */
const playedAt = ({ knobs }: FabricState, { spec }: ClusterState, path: string): Release =>
  path === "/support/ems/application-logs" && knobs.applicationLogs === "always"
    ? { ...spec.release, major: 99 }
    : spec.release;

/** The link to the next page also comes as a header. */
function nextHeader(body: Rec): Record<string, string> {
  const next = isRec(body["_links"]) ? body["_links"]["next"] : undefined;
  return isRec(next) ? { link: `<${String(next["href"])}>; rel="next"` } : {};
}

/** Why the login may not make the call. */
function denial(
  fabric: FabricState,
  login: Login,
  clusterOnly: boolean,
  method: string,
  path: string,
): ApiError | undefined {
  try {
    authorize(fabric, login, method, path);
    return clusterOnly && login.svm ? notAuthorized() : undefined;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

/** The same call, accepted, whose job then fails: some releases check rights only there (reference 1.2). */
const refusing = (route: Write, why: ApiError): Write => ({
  ...route,
  run: (ctx) => ({
    job: {
      kind: "volume",
      svm: ctx.scope,
      run: () => {
        throw why;
      },
    },
  }),
});

function read(matched: MatchedRead, ctx: Ctx, hal: boolean): Rec {
  if (matched.key === undefined && ctx.query.has("job_results_uuid")) return readResults(matched, ctx, hal);
  const asked = { hal, writeOnly: writableFields(matched.collection.path, ctx.cluster.spec.release) };
  return matched.key === undefined
    ? readMany(matched.collection, ctx, asked)
    : readOne(matched.collection, ctx, matched.key, asked);
}

/** What a write of many records came to: records, and what went wrong. */
function readResults({ collection }: MatchedRead, ctx: Ctx, hal: boolean): Rec {
  const { result, only, query } = resultsOf(ctx, filled(collection.path, ctx.params));
  const writeOnly = writableFields(collection.path, ctx.cluster.spec.release);
  const found = readMany(only(collection), { ...ctx, query }, { hal, writeOnly });
  const told = (all: typeof result.errors): Rec[] => all.map(({ message, code }) => ({ message, code: String(code) }));
  return {
    ...found,
    ...(result.errors.length > 0 ? { errors: told(result.errors) } : {}),
    ...(result.rollbackErrors.length > 0 ? { rollback_errors: told(result.rollbackErrors) } : {}),
  };
}

function apiPath(path: string): string {
  if (/(^|\/)\.{1,2}(\/|$)/.test(path)) throw new ApiError(39387137, "The URL holds dot segments.", 400);
  if (path !== "/api" && !path.startsWith("/api/")) throw notFound("url");
  // Slashes in a row are one: NetApp's Ansible module asks for `/api//storage/volumes` when it follows a next link.
  return path
    .slice(4)
    .replace(/\/{2,}/g, "/")
    .replace(/\/$/, "");
}

async function write(route: Write, bare: Ctx, request: SimRequest, fault: JobFault | undefined): Promise<SimReply> {
  const { fabric, cluster } = bare;
  const wait = timeoutSeconds(request.query, 0);
  const { release } = cluster.spec;
  checkWriteArguments(route, request.query, readableFields(route.path, release), release);
  const text = request.body.toString("utf8");
  if (route.method === "DELETE" && text.trim() !== "")
    throw new ApiError(262198, "DELETE requests must not have a body.", 400);
  const fieldsOf = (table: readonly Field[] = []): readonly Field[] => knownFields(route.path, table, release);
  const ctx: Ctx = { ...bare, body: parseBody(text, fieldsOf(route.body), fieldsOf(route.readable)) };
  const outcome = outcomeOf(route, ctx);
  const withRecords = flagOf(request.query, "return_records", false);
  const shown = { records: withRecords, hal: speaksHal(request) };
  if (!("job" in outcome)) {
    fabric.settle();
    return written(route.method === "POST" ? 201 : 200, outcome, undefined, shown, request);
  }
  const job = startJob(fabric, cluster, `${route.method} ${request.path}`, outcome.job, fault);
  await ended(fabric, job, wait);
  if (job.state === "failure" && wait > 0) throw new ApiError(job.code, job.message, job.status ?? 400);
  const finished = wait > 0 && job.state === "success";
  return written(finished ? (route.method === "POST" ? 201 : 200) : 202, outcome, job, shown, request);
}

/** Where approval is asked for "in the job", the refusal becomes one (reference 11, unconfirmed). */
function outcomeOf(route: Write, ctx: Ctx): Outcome {
  try {
    return route.run(ctx);
  } catch (error) {
    const inJob =
      error instanceof ApiError &&
      error.code === 262325 &&
      ctx.fabric.knobs.mavStatus === "job" &&
      route.reply === "async";
    if (!inJob) throw error;
    const run = (): void => {
      throw error;
    };
    return { job: { kind: "volume", svm: ctx.scope, run } };
  }
}
