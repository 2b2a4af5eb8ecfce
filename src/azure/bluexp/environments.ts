import { z } from "zod";
import { InDoubt } from "../../core/problems.js";
import type { BluexpHttp } from "./http.js";

/** A Cloud Volumes ONTAP system as BlueXP knows it. */
export interface Environment {
  /** `VsaWorkingEnvironment-xxxxxxxx` */
  readonly id: string;
  readonly name: string;
  readonly ha: boolean;
  /** BlueXP's word: ON, OFF, INITIALIZING, STARTING, STOPPING, DEGRADED, UPDATING, FAILED, … */
  readonly status: string;
  /** Why it is as it is, where BlueXP says. */
  readonly message?: string;
  /** Absent until it is made. */
  readonly svm?: string;
  readonly resourceGroup?: string;
  /** Of its LIFs: what it is for ("Cluster Management", "Inter Cluster", "Data") and where. */
  readonly lifs: readonly { readonly type: string; readonly address: string; readonly node: string }[];
}

/** What a new system is made of; sizes in what BlueXP takes (C4). */
export interface NewEnvironment {
  readonly name: string;
  readonly ha: boolean;
  readonly workspace: string;
  readonly region: string;
  readonly subscription: string;
  readonly vnet: string;
  readonly subnet: string;
  /** Address space of the virtual network. */
  readonly cidr: string;
  readonly resourceGroup: string;
  readonly svm: string;
  readonly password: { readonly $secret: string };
  readonly size: string;
  readonly package: string;
  readonly saasSubscription?: string;
  /** `publicId` of a NetApp support site account that BlueXP knows: registered, a system gets its licence for volume encryption (reference 0). */
  readonly supportAccount?: string;
  readonly diskTb: number;
  readonly storage: string;
  readonly key?: { readonly vault: string; readonly key: string; readonly identity?: string };
  readonly zones?: readonly number[];
  readonly tags: Readonly<Record<string, string>>;
}

/** Work of BlueXP's, by the id of the request that began it. */
export interface BluexpTask {
  readonly state: "running" | "done" | "failed";
  readonly problem?: string;
}

export interface ConnectorReader {
  workspaces(): Promise<readonly { readonly id: string; readonly name: string }[]>;
  listEnvironments(): Promise<readonly Environment[]>;
  findEnvironment(id: string, ha: boolean): Promise<Environment | undefined>;
  /** undefined: BlueXP has forgotten it; the working environment tells. */
  findTask(id: string): Promise<BluexpTask | undefined>;
}

/** Each write returns once BlueXP has accepted, with the task to follow where it named one. */
export interface ConnectorWriter extends ConnectorReader {
  create(wanted: NewEnvironment): Promise<{ readonly task?: string; readonly id?: string }>;
  start(at: { readonly id: string; readonly ha: boolean }): Promise<{ readonly task?: string }>;
  /** `takeSnapshots`: of root and boot disks. */
  stop(at: { readonly id: string; readonly ha: boolean }, takeSnapshots: boolean): Promise<{ readonly task?: string }>;
  /** Deletes the system and its resource group. */
  remove(at: { readonly id: string; readonly ha: boolean }): Promise<{ readonly task?: string }>;
}

const environmentShape = z.object({
  publicId: z.string(),
  name: z.string(),
  isHA: z.boolean().nullish(),
  svmName: z.string().nullish(),
  status: z
    .object({ status: z.string(), message: z.string().nullish(), extendedFailureReason: z.string().nullish() })
    .nullish(),
  providerProperties: z.object({ resourceGroup: z.object({ name: z.string().nullish() }).nullish() }).nullish(),
  ontapClusterProperties: z
    .object({
      nodes: z
        .array(
          z.object({
            name: z.string(),
            lifs: z.array(z.object({ ip: z.string(), lifType: z.string(), nodeName: z.string().nullish() })).nullish(),
          }),
        )
        .nullish(),
    })
    .nullish(),
});
const listShape = z.object({ azureVsaWorkingEnvironments: z.array(environmentShape) });
const workspaceShape = z.object({
  workspacePublicId: z.string().nullish(),
  publicId: z.string().nullish(),
  workspaceName: z.string().nullish(),
  name: z.string().nullish(),
});
const taskShape = z.object({ status: z.number(), error: z.string().nullish() });

function environmentOf(of: z.infer<typeof environmentShape>): Environment {
  const message = of.status?.extendedFailureReason ?? of.status?.message;
  const group = of.providerProperties?.resourceGroup?.name;
  return {
    id: of.publicId,
    name: of.name,
    ha: of.isHA ?? false,
    status: of.status?.status ?? "UNKNOWN",
    ...(message ? { message } : {}),
    ...(of.svmName ? { svm: of.svmName } : {}),
    ...(group ? { resourceGroup: group } : {}),
    lifs: (of.ontapClusterProperties?.nodes ?? []).flatMap((node) =>
      (node.lifs ?? []).map(({ ip, lifType, nodeName }) => ({
        type: lifType,
        address: ip,
        node: nodeName ?? node.name,
      })),
    ),
  };
}

const fields = "status,ontapClusterProperties.fields(nodes),providerProperties,svms";
const root = (ha: boolean): string => `/occm/api/azure/${ha ? "ha" : "vsa"}/working-environments`;
const withTask = (task: string | undefined): { task?: string } => (task === undefined ? {} : { task });

/** Cloud Volumes ONTAP in Azure through one Connector (reference C2, C4, C5). */
export function connector(http: BluexpHttp, clientId: string): ConnectorWriter {
  const through = { connector: clientId };
  return {
    workspaces: async () => {
      const found = await http.get(
        { ...through, path: "/occm/api/tenants", about: "the workspaces" },
        z.array(workspaceShape),
      );
      return found.map((each) => ({
        id: each.workspacePublicId ?? each.publicId ?? "",
        name: each.workspaceName ?? each.name ?? "",
      }));
    },
    listEnvironments: async () => {
      const call = { ...through, path: "/occm/api/working-environments", about: "the working environments" };
      return (await http.get(call, listShape)).azureVsaWorkingEnvironments.map(environmentOf);
    },
    findEnvironment: async (id, ha) => {
      const path = `${root(ha)}/${encodeURIComponent(id)}?fields=${encodeURIComponent(fields)}`;
      const found = await http.find({ ...through, path, about: `the working environment ${id}` }, environmentShape);
      return found && environmentOf(found);
    },
    findTask: async (id) => {
      const path = `/occm/api/audit/activeTask/${encodeURIComponent(id)}`;
      const found = await http.find({ ...through, path, about: "a task" }, taskShape);
      if (!found) return undefined;
      const state = found.status === 0 ? "running" : found.status > 0 ? "done" : "failed";
      return { state, ...(found.error ? { problem: found.error } : {}) };
    },
    create: async (wanted) => {
      const password = await http.openSecret(wanted.password.$secret);
      const answer = await http.write({
        ...through,
        method: "POST",
        path: root(wanted.ha),
        about: `a new working environment ${wanted.name}`,
        body: bodyOf(wanted, password),
      });
      const made = environmentShape.safeParse(answer.body);
      if (!made.success && answer.task === undefined)
        throw new InDoubt("BlueXP accepted the creation, and its answer names nothing to follow", { from: "BlueXP" });
      return { ...withTask(answer.task), ...(made.success ? { id: made.data.publicId } : {}) };
    },
    start: async ({ id, ha }) => {
      const path = `${root(ha)}/${encodeURIComponent(id)}/start`;
      return withTask((await http.write({ ...through, method: "POST", path, about: `the start of ${id}` })).task);
    },
    stop: async ({ id, ha }, takeSnapshots) => {
      const path = `${root(ha)}/${encodeURIComponent(id)}/stop?takeSnapshots=${String(takeSnapshots)}`;
      return withTask((await http.write({ ...through, method: "POST", path, about: `the stop of ${id}` })).task);
    },
    remove: async ({ id, ha }) => {
      const path = `${root(ha)}/${encodeURIComponent(id)}`;
      return withTask((await http.write({ ...through, method: "DELETE", path, about: `the removal of ${id}` })).task);
    },
  };
}

/** The body of a creation: every field the reference marks required, the rest as BlueXP's own clients send it. */
function bodyOf(wanted: NewEnvironment, password: string): object {
  const { ha, key, zones = [] } = wanted;
  return {
    name: wanted.name,
    tenantId: wanted.workspace,
    region: wanted.region,
    subscriptionId: wanted.subscription,
    svmPassword: password,
    svmName: wanted.svm,
    vnetId: wanted.vnet,
    subnetId: wanted.subnet,
    cidr: wanted.cidr,
    vsaMetadata: {
      ontapVersion: "latest",
      useLatestVersion: true,
      licenseType: `${ha ? "ha-" : ""}capacity-paygo`,
      instanceType: wanted.size,
      capacityPackageName: wanted.package,
    },
    dataEncryptionType: key ? "AZURE" : "NONE",
    ...(key
      ? {
          azureEncryptionParameters: {
            key: key.key,
            vaultName: key.vault,
            ...(key.identity === undefined ? {} : { userAssignedIdentity: key.identity }),
          },
        }
      : {}),
    diskSize: wanted.diskTb < 1 ? { size: wanted.diskTb * 1024, unit: "GB" } : { size: wanted.diskTb, unit: "TB" },
    storageType: wanted.storage,
    tierLevel: "normal",
    writingSpeedState: "NORMAL",
    resourceGroup: wanted.resourceGroup,
    allowDeployInExistingRg: false,
    cloudProviderAccount: "ManagedServiceIdentity",
    optimizedNetworkUtilization: true,
    backupVolumesToCbs: false,
    enableCompliance: false,
    enableMonitoring: false,
    ...(wanted.supportAccount === undefined ? {} : { nssAccount: wanted.supportAccount }),
    ...(wanted.saasSubscription === undefined ? {} : { saasSubscriptionId: wanted.saasSubscription }),
    ...(ha
      ? {
          haParams: {
            enableHttps: true,
            isMultiZone: zones.length > 1,
            ...(zones.length > 1 ? { availabilityZoneNode1: zones[0], availabilityZoneNode2: zones[1] } : {}),
          },
        }
      : zones.length > 0
        ? { availabilityZone: zones[0] }
        : {}),
    azureTags: Object.entries(wanted.tags).map(([tagKey, tagValue]) => ({ tagKey, tagValue })),
  };
}
