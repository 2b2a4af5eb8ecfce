import { duration, flag, has, integer, needText, text, texts } from "../kernel/body.js";
import { ApiError, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import { isoDuration, isoTime } from "../kernel/query.js";
import { isRelease } from "./keys.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome } from "../kernel/route.js";
import { ref } from "../kernel/scope.js";
import type { ClusterState, MavGroupState, MavRuleState } from "../state.js";
import { requireApproval } from "./mav.js";

const MIN_EXPIRY_MS = 120_000;
const MAX_EXPIRY_MS = 14 * 86_400_000;

/** Commands that can be protected, with the release that brought them: reference 11. */
const OPERATIONS: Readonly<Record<string, string>> = {
  "cluster peer delete": "9.11",
  "event config modify": "9.11",
  "security login create": "9.11",
  "security login delete": "9.11",
  "security login modify": "9.11",
  "system node run": "9.11",
  "volume delete": "9.11",
  "volume snapshot delete": "9.11",
  "volume snapshot restore": "9.11",
  "volume snapshot autodelete modify": "9.11",
  "volume snapshot policy create": "9.11",
  "volume snapshot policy delete": "9.11",
  "volume snapshot policy modify": "9.11",
  "volume snapshot policy add-schedule": "9.11",
  "volume snapshot policy modify-schedule": "9.11",
  "volume snapshot policy remove-schedule": "9.11",
  "vserver create": "9.11",
  "vserver delete": "9.11",
  "vserver modify": "9.11",
  "vserver peer delete": "9.11",
  "vserver peer modify": "9.11",
  "volume snaplock modify": "9.13",
  "lun delete": "9.14",
  "volume create": "9.14",
  "volume modify": "9.14",
  "consistency-group create": "9.15",
  "consistency-group delete": "9.15",
  "consistency-group modify": "9.15",
  "consistency-group snapshot create": "9.16",
  "consistency-group snapshot delete": "9.16",
};

/** Protected by themselves as soon as the feature is on. */
const SYSTEM = [
  "security multi-admin-verify approval-group create",
  "security multi-admin-verify approval-group delete",
  "security multi-admin-verify approval-group modify",
  "security multi-admin-verify modify",
  "security multi-admin-verify rule create",
  "security multi-admin-verify rule delete",
  "security multi-admin-verify rule modify",
];

const systemRules = (cluster: ClusterState): MavRuleState[] =>
  cluster.security.mav.enabled
    ? SYSTEM.map((operation) => ({
        operation,
        query: "",
        autoRequest: true,
        groups: [],
        systemDefined: true,
        createdAt: 0,
      }))
    : [];

const onlyHere = ({ cluster }: Ctx): void => {
  if (cluster.spec.platform !== "onprem")
    throw new ApiError(262309, "Multi-admin verification is not available on this platform.", 400);
};

function expiry(ctx: Ctx, field: string): number | undefined {
  const ms = duration(ctx.body, field);
  if (ms !== undefined && (ms < MIN_EXPIRY_MS || ms > MAX_EXPIRY_MS))
    throw new ApiError(262313, `${field} must be from two minutes to two weeks.`, 400, field);
  return ms;
}

function groupsIn({ body, cluster }: Ctx): readonly string[] | undefined {
  const names = texts(body, "approval_groups");
  const unknown = names?.find((name) => !cluster.security.mavGroups.some((each) => each.name === name));
  if (unknown !== undefined)
    throw new ApiError(262312, `There is no approval group "${unknown}".`, 400, "approval_groups");
  return names;
}

function approversIn({ body }: Ctx): number | undefined {
  const count = integer(body, "required_approvers");
  if (count !== undefined && count < 1)
    throw new ApiError(262314, "At least one approver is required.", 400, "required_approvers");
  return count;
}

export const mavConfig: Collection = {
  path: "/security/multi-admin-verify",
  keys: ["enabled"],
  single: true,
  clusterOnly: true,
  fields: fieldTable("enabled required_approvers approval_groups approval_expiry execution_expiry"),
  list: ({ cluster }) => [
    {
      key: "",
      view: () => {
        const { mav } = cluster.security;
        return {
          enabled: mav.enabled,
          required_approvers: mav.requiredApprovers,
          approval_groups: mav.groups,
          approval_expiry: isoDuration(mav.approvalExpiryMs),
          execution_expiry: isoDuration(mav.executionExpiryMs),
        };
      },
    },
  ],
};

export function changeConfig(ctx: Ctx): Outcome {
  const { body, cluster } = ctx;
  const { mav, mavGroups } = cluster.security;
  onlyHere(ctx);
  if (Object.keys(body).length === 0) throw nothingToChange();
  requireApproval(ctx, "security multi-admin-verify modify", "");
  const groups = groupsIn(ctx) ?? mav.groups;
  const required = approversIn(ctx) ?? mav.requiredApprovers;
  const enabled = flag(body, "enabled") ?? mav.enabled;
  const approval = expiry(ctx, "approval_expiry") ?? mav.approvalExpiryMs;
  const execution = expiry(ctx, "execution_expiry") ?? mav.executionExpiryMs;
  if (enabled && groups.length === 0)
    throw new ApiError(262311, "The feature needs an approval group.", 400, "approval_groups");
  const people = new Set(mavGroups.filter((each) => groups.includes(each.name)).flatMap((each) => each.approvers));
  if (enabled && people.size <= required)
    throw new ApiError(262316, "The groups need more approvers than are required.", 400, "required_approvers");
  Object.assign(mav, { enabled, groups, requiredApprovers: required });
  Object.assign(mav, { approvalExpiryMs: approval, executionExpiryMs: execution });
  return { done: true };
}

export const mavGroups: Collection = {
  path: "/security/multi-admin-verify/approval-groups",
  keys: ["owner.uuid", "name"],
  clusterOnly: true,
  fields: fieldTable("name owner.{uuid,name} approvers email"),
  list: ({ cluster }) =>
    cluster.security.mavGroups.map((each) => ({
      key: `${cluster.uuid}/${each.name}`,
      view: () => groupView(cluster, each),
    })),
};

const groupView = (cluster: ClusterState, group: MavGroupState): Rec => ({
  owner: ref(cluster),
  name: group.name,
  approvers: group.approvers,
  email: group.email,
});

export function createGroup(ctx: Ctx): Outcome {
  const { body, cluster } = ctx;
  onlyHere(ctx);
  const name = needText(body, "name");
  if (cluster.security.mavGroups.some((each) => each.name === name))
    throw new ApiError(1, `Approval group "${name}" already exists.`, 409, "name");
  const approvers = texts(body, "approvers") ?? [];
  if (approvers.length === 0) throw new ApiError(262315, "A group needs approvers.", 400, "approvers");
  requireApproval(ctx, "security multi-admin-verify approval-group create", `-name ${name}`);
  const group = { name, approvers, email: texts(body, "email") ?? [] };
  cluster.security.mavGroups.push(group);
  const location = `/api/security/multi-admin-verify/approval-groups/${cluster.uuid}/${encodeURIComponent(name)}`;
  return { done: true, location, record: groupView(cluster, group) };
}

function groupAt({ cluster, params }: Ctx): MavGroupState {
  const found = cluster.security.mavGroups.find((each) => each.name === params["name"]);
  if (!found || params["owner.uuid"] !== cluster.uuid) throw notFound("name");
  return found;
}

export function changeGroup(ctx: Ctx): Outcome {
  const group = groupAt(ctx);
  if (Object.keys(ctx.body).length === 0) throw nothingToChange();
  requireApproval(ctx, "security multi-admin-verify approval-group modify", `-name ${group.name}`);
  group.approvers = texts(ctx.body, "approvers") ?? group.approvers;
  group.email = texts(ctx.body, "email") ?? group.email;
  return { done: true };
}

export function removeGroup(ctx: Ctx): Outcome {
  const { security } = ctx.cluster;
  const group = groupAt(ctx);
  if (security.mav.groups.includes(group.name) || security.mavRules.some((each) => each.groups.includes(group.name)))
    throw new ApiError(8, `Approval group "${group.name}" is in use.`, 409, "name");
  requireApproval(ctx, "security multi-admin-verify approval-group delete", `-name ${group.name}`);
  security.mavGroups = security.mavGroups.filter((each) => each !== group);
  return { done: true };
}

export const mavRules: Collection = {
  path: "/security/multi-admin-verify/rules",
  keys: ["owner.uuid", "operation"],
  clusterOnly: true,
  fields: fieldTable(
    "operation owner.{uuid,name} query auto_request_create required_approvers approval_groups approval_expiry execution_expiry system_defined create_time",
  ),
  list: ({ cluster }) =>
    [...systemRules(cluster), ...cluster.security.mavRules].map((each) => ({
      key: `${cluster.uuid}/${each.operation}`,
      view: () => ruleView(cluster, each),
    })),
};

const ruleView = (cluster: ClusterState, rule: MavRuleState): Rec => ({
  owner: ref(cluster),
  operation: rule.operation,
  query: rule.query || undefined,
  auto_request_create: rule.autoRequest,
  required_approvers: rule.requiredApprovers,
  approval_groups: rule.groups.length > 0 ? rule.groups.map((name) => ({ name })) : undefined,
  approval_expiry: rule.approvalExpiryMs === undefined ? undefined : isoDuration(rule.approvalExpiryMs),
  execution_expiry: rule.executionExpiryMs === undefined ? undefined : isoDuration(rule.executionExpiryMs),
  system_defined: rule.systemDefined,
  create_time: isoTime(rule.createdAt),
});

export function createRule(ctx: Ctx): Outcome {
  const { body, cluster, fabric } = ctx;
  onlyHere(ctx);
  const operation = needText(body, "operation");
  const since = OPERATIONS[operation];
  if (since === undefined || !isRelease(cluster, since))
    throw new ApiError(262308, `"${operation}" cannot be protected.`, 400, "operation");
  if (cluster.security.mavRules.some((each) => each.operation === operation))
    throw new ApiError(1, `There is a rule for "${operation}".`, 409, "operation");
  requireApproval(ctx, "security multi-admin-verify rule create", `-operation "${operation}"`);
  const rule: MavRuleState = {
    operation,
    query: text(body, "query") ?? "",
    autoRequest: flag(body, "auto_request_create") ?? true,
    requiredApprovers: approversIn(ctx),
    groups: groupsIn(ctx) ?? [],
    approvalExpiryMs: expiry(ctx, "approval_expiry"),
    executionExpiryMs: expiry(ctx, "execution_expiry"),
    systemDefined: false,
    createdAt: fabric.now,
  };
  cluster.security.mavRules.push(rule);
  const location = `/api/security/multi-admin-verify/rules/${cluster.uuid}/${encodeURIComponent(operation)}`;
  return { done: true, location, record: ruleView(cluster, rule) };
}

function ruleAt({ cluster, params }: Ctx): MavRuleState {
  const all = [...cluster.security.mavRules, ...systemRules(cluster)];
  const found = all.find((each) => each.operation === params["operation"]);
  if (!found || params["owner.uuid"] !== cluster.uuid) throw notFound("operation");
  if (found.systemDefined) throw new ApiError(262327, "System-defined rules cannot be changed.", 400, "operation");
  return found;
}

export function changeRule(ctx: Ctx): Outcome {
  const { body } = ctx;
  const rule = ruleAt(ctx);
  if (Object.keys(body).length === 0) throw nothingToChange();
  requireApproval(ctx, "security multi-admin-verify rule modify", `-operation "${rule.operation}"`);
  if (has(body, "query")) rule.query = text(body, "query") ?? "";
  rule.autoRequest = flag(body, "auto_request_create") ?? rule.autoRequest;
  rule.requiredApprovers = approversIn(ctx) ?? rule.requiredApprovers;
  rule.groups = groupsIn(ctx) ?? rule.groups;
  rule.approvalExpiryMs = expiry(ctx, "approval_expiry") ?? rule.approvalExpiryMs;
  rule.executionExpiryMs = expiry(ctx, "execution_expiry") ?? rule.executionExpiryMs;
  return { done: true };
}

export function removeRule(ctx: Ctx): Outcome {
  const { security } = ctx.cluster;
  const rule = ruleAt(ctx);
  requireApproval(ctx, "security multi-admin-verify rule delete", `-operation "${rule.operation}"`);
  security.mavRules = security.mavRules.filter((each) => each !== rule);
  return { done: true };
}
