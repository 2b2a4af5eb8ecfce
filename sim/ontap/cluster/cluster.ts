import { accepts } from "../kernel/body.js";
import { ApiError, badValue, notFound } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import { livingJobs } from "../kernel/jobs.js";
import { isoDuration, isoTime } from "../kernel/query.js";
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
    "uuid name serial_number model state uptime version.{full,generation,major,minor} membership location ha.{enabled,partners.{uuid,name}}",
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
        version: versionView(cluster),
        membership: "member",
        location: "",
        ha: { enabled: cluster.nodes.length > 1, partners: cluster.nodes.filter((each) => each !== node).map(ref) },
      }),
    })),
};

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

function controlJob(ctx: Ctx): Outcome {
  const job = visibleJobs(ctx).find((each) => each.uuid === ctx.params["uuid"]);
  if (!job) throw notFound();
  const action = ctx.query.get("action");
  if (action !== "cancel" && action !== "pause" && action !== "resume") throw badValue("action", action);
  if (job.state !== "running")
    throw new ApiError(
      458776,
      `The job is not running: it ended ${isoDuration(ctx.now - (job.endedAt ?? ctx.now))} ago.`,
      400,
    );
  throw action === "cancel"
    ? new ApiError(458784, "The job cannot be canceled.", 400)
    : new ApiError(458783, "The job cannot be paused.", 400);
}

export const clusterWrites: readonly Write[] = [
  {
    method: "PATCH",
    path: "/cluster/jobs/{uuid}",
    reply: "sync",
    flags: ["action"],
    body: accepts("state"),
    errors: [458776, 458783, 458784],
    run: controlJob,
  },
];
