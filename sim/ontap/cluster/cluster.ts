import { accepts, text } from "../kernel/body.js";
import { ApiError, badValue, notFound } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import { livingJobs } from "../kernel/jobs.js";
import { isoTime } from "../kernel/query.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref, sees } from "../kernel/scope.js";
import type { ClusterState, JobState } from "../state.js";

export const versionView = (cluster: ClusterState): Rec => {
  const { generation, major, minor } = cluster.spec.release;
  return {
    full: `NetApp Release ${generation}.${major}.${minor}: Tue Mar 03 08:00:00 UTC 2026`,
    generation,
    major,
    minor,
  };
};

export const clusterRecord: Collection = {
  path: "/cluster",
  keys: ["uuid"],
  single: true,
  fields: fieldTable(
    "uuid name contact location version.{full,generation,major,minor} timezone.name management_interfaces.{uuid,name,ip.address}",
    "nodes.{uuid,name} peering_policy.{encryption_required,minimum_passphrase_length}",
  ),
  list: (ctx) => [{ key: "", view: () => view(ctx) }],
};

function view({ cluster }: Ctx): Rec {
  const management = cluster.lifs.filter((lif) => lif.kind === "management" && !lif.svm);
  return {
    uuid: cluster.uuid,
    name: cluster.name,
    contact: "",
    location: "",
    version: versionView(cluster),
    timezone: { name: "Etc/UTC" },
    management_interfaces: management.map((lif) => ({ uuid: lif.uuid, name: lif.name, ip: { address: lif.address } })),
    peering_policy: { encryption_required: false, minimum_passphrase_length: 8 },
  };
}

export const nodes: Collection = {
  path: "/cluster/nodes",
  keys: ["uuid"],
  clusterOnly: true,
  fields: fieldTable(
    "uuid name serial_number model state uptime version.{full,generation,major,minor} membership location ha.{enabled,partners.{uuid,name}} vm.provider_type",
    "date owner system_id vendor_serial_number storage_configuration is_all_flash_optimized is_all_flash_select_optimized is_capacity_optimized",
    "nvram.{id,battery_state} controller.{over_temperature,cpu.firmware_release,failed_fan.{count,message.{code,message}},failed_power_supply.{count,message.{code,message}}}",
    "cluster_interfaces.{uuid,name,ip.address} management_interfaces.{uuid,name,ip.address}",
  ),
  list: ({ cluster, now }) =>
    cluster.nodes.map((node) => ({
      key: node.uuid,
      view: () => ({
        uuid: node.uuid,
        name: node.name,
        serial_number: node.serial,
        model: cluster.spec.platform === "onprem" ? "AFF-A400" : "CDvM200",
        state: "up",
        uptime: Math.floor(now / 1000) % 10_000_000,
        date: isoTime(now),
        version: versionView(cluster),
        membership: "member",
        location: "",
        vm: cluster.spec.platform === "onprem" ? undefined : { provider_type: "Azure" },
        ha: { enabled: cluster.nodes.length > 1, partners: cluster.nodes.filter((each) => each !== node).map(ref) },
      }),
    })),
};

/** "Job failed" (reference 7.2): what a cancelled one ends with is not documented. */
const JOB_CANCELLED = 460770;

const jobFields = fieldTable(
  "uuid description state message code start_time end_time error.{code,message} svm.{uuid,name} node.name",
);

export const jobs: Collection = {
  path: "/cluster/jobs",
  keys: ["uuid"],
  fields: jobFields,
  list: (ctx) => visibleJobs(ctx).map((job) => ({ key: job.uuid, view: () => jobView(ctx, job) })),
};

const visibleJobs = (ctx: Ctx): JobState[] => livingJobs(ctx.fabric, ctx.cluster).filter((job) => sees(ctx, job.svm));

function jobView(ctx: Ctx, job: JobState): Rec {
  const failed = job.state === "failure";
  return {
    uuid: job.uuid,
    description: job.description,
    state: job.state,
    message: job.message === "" ? undefined : job.message,
    code: job.code,
    error: failed ? { code: String(job.code), message: job.message } : undefined,
    start_time: isoTime(job.startedAt),
    end_time: job.endedAt === undefined ? undefined : isoTime(job.endedAt),
    svm: job.svm && ref(job.svm),
    node: { name: ctx.cluster.nodes[0]?.name },
  };
}

/** Most jobs can neither be paused nor cancelled; the knob lets them. A cancelled job has done nothing and ends in failure. */
function controlJob(ctx: Ctx): Outcome {
  const job = visibleJobs(ctx).find((each) => each.uuid === ctx.params["uuid"]);
  if (!job) throw notFound();
  const action = ctx.query.get("action") ?? (text(ctx.body, "state") === "cancel" ? "cancel" : null);
  if (action !== "cancel" && action !== "pause" && action !== "resume") throw badValue("action", action);
  const refused = (code: number, message: string): ApiError => new ApiError(code, message, 400);
  if (job.endedAt !== undefined) throw refused(458762, "The job has ended.");
  if (action === "resume" && job.state === "running") throw refused(458771, "The job is running.");
  if (action === "pause" && job.state !== "running") throw refused(458776, "The job is not running.");
  if (ctx.fabric.knobs.jobControl === "refuse") {
    throw action === "cancel"
      ? refused(458784, "The job cannot be canceled.")
      : refused(458783, "The job cannot be paused.");
  }
  if (action === "pause") Object.assign(job, { state: "paused", leftMs: Math.max(0, job.endsAt - ctx.now) });
  else if (action === "resume") {
    Object.assign(job, { state: "running", endsAt: ctx.now + (job.leftMs ?? 0), leftMs: undefined });
    job.resume?.();
    job.resume = undefined;
  } else {
    Object.assign(job, { state: "failure", code: JOB_CANCELLED, message: "The job was canceled.", endedAt: ctx.now });
  }
  return { done: true };
}

export const clusterWrites: readonly Write[] = [
  {
    method: "PATCH",
    path: "/cluster/jobs/{uuid}",
    reply: "sync",
    flags: ["action"],
    body: accepts("state"),
    errors: [458762, 458771, 458776, 458783, 458784],
    run: controlJob,
  },
];
