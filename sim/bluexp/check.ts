import type { Cloud } from "../kit/cloud.js";
import type { WorldBluexp } from "../worlds/types.js";
import { BluexpError } from "./types.js";

export interface CreateBody {
  readonly name?: string;
  readonly tenantId?: string;
  readonly region?: string;
  readonly subscriptionId?: string;
  readonly svmPassword?: string;
  readonly svmName?: string;
  readonly vnetId?: string;
  readonly subnetId?: string;
  readonly cidr?: string;
  readonly resourceGroup?: string;
  readonly allowDeployInExistingRg?: boolean;
  readonly dataEncryptionType?: string;
  readonly azureEncryptionParameters?: { readonly key?: string; readonly vaultName?: string };
  readonly diskSize?: { readonly size?: number; readonly unit?: string };
  readonly storageType?: string;
  readonly enableCompliance?: boolean;
  readonly vsaMetadata?: {
    readonly ontapVersion?: string;
    readonly useLatestVersion?: boolean;
    readonly licenseType?: string;
    readonly instanceType?: string;
    readonly capacityPackageName?: string;
  };
  readonly haParams?: { readonly enableHttps?: boolean; readonly isMultiZone?: boolean };
  readonly saasSubscriptionId?: string;
  /** publicId of a NetApp support site account. */
  readonly nssAccount?: string;
  readonly azureTags?: readonly { readonly tagKey: string; readonly tagValue: string }[];
}

const STORAGE = ["Standard_LRS", "Premium_LRS", "StandardSSD_LRS", "Premium_ZRS"];
const PACKAGES = ["Essential", "Professional", "Freemium", "Edge", "Optimized"];
const DISK_TB = [0.5, 1, 2, 4, 8, 16, 32];

/** The NetApp support site account that BlueXP knows here. */
export const SUPPORT_ACCOUNT = "nss-RiverSide01";

const bad = (message: string): BluexpError => new BluexpError(400, message);

/** What the reference marks required (C4), and what a creation cannot be made from. Throws BluexpError. */
export function checkCreate(
  body: CreateBody,
  ha: boolean,
  account: WorldBluexp,
  cloud: Cloud,
): Required<Pick<CreateBody, "name" | "svmPassword" | "region">> {
  for (const key of [
    "name",
    "svmPassword",
    "vnetId",
    "cidr",
    "region",
    "tenantId",
    "subnetId",
    "dataEncryptionType",
    "diskSize",
    "storageType",
    "vsaMetadata",
    "enableCompliance",
  ] as const)
    if (body[key] === undefined) throw bad(`Invalid request: '${key}' is required.`);
  const { name = "", svmPassword = "", region = "", tenantId, vsaMetadata = {}, diskSize = {} } = body;
  if (!/^[A-Za-z][A-Za-z0-9_-]{2,39}$/.test(name))
    throw bad(
      "Working environment name must begin with a letter and have 3 to 40 letters, digits, hyphens or underscores.",
    );
  if (svmPassword.length < 8 || !/[A-Za-z]/.test(svmPassword) || !/\d/.test(svmPassword))
    throw bad("The password must have at least 8 characters, among them a letter and a digit.");
  if (tenantId !== account.workspace)
    throw new BluexpError(403, `Workspace ${String(tenantId)} is not one of the caller's.`);
  checkPlace(body, cloud);
  checkLicence(vsaMetadata, ha, body.saasSubscriptionId);
  if (!STORAGE.includes(body.storageType ?? "")) throw bad(`Unknown storageType '${String(body.storageType)}'.`);
  const terabytes = (diskSize.size ?? 0) / (diskSize.unit === "GB" ? 1024 : 1);
  if (!["TB", "GB"].includes(diskSize.unit ?? "") || !DISK_TB.includes(Math.round(terabytes * 10) / 10))
    throw bad(`Unsupported disk size ${String(diskSize.size)} ${String(diskSize.unit)}.`);
  if (ha && body.haParams?.enableHttps === undefined) throw bad("Invalid request: 'haParams.enableHttps' is required.");
  if (ha && body.haParams?.isMultiZone === undefined) throw bad("Invalid request: 'haParams.isMultiZone' is required.");
  if (body.nssAccount !== undefined && body.nssAccount !== SUPPORT_ACCOUNT)
    throw bad(`NSS account ${body.nssAccount} was not found.`);
  checkEncryption(body, cloud);
  return { name, svmPassword, region };
}

function checkPlace(
  { subscriptionId, vnetId = "", subnetId = "", region, resourceGroup, allowDeployInExistingRg }: CreateBody,
  cloud: Cloud,
): void {
  if (subscriptionId !== undefined && subscriptionId !== cloud.subscription)
    throw bad(`Subscription ${subscriptionId} is not accessible.`);
  const vnet = cloud.find(vnetId);
  if (!vnet) throw bad(`Virtual network ${vnetId} was not found.`);
  if (vnet.location !== region)
    throw bad(`Virtual network ${vnet.name} is in ${vnet.location ?? "?"}, not in ${String(region)}.`);
  if (!subnetId.toLowerCase().startsWith(`${vnetId.toLowerCase()}/`) || !cloud.find(subnetId))
    throw bad(`Subnet ${subnetId} was not found.`);
  const group = cloud.find(`/subscriptions/${cloud.subscription}/resourceGroups/${resourceGroup ?? ""}`);
  if (resourceGroup !== undefined && group && allowDeployInExistingRg !== true)
    throw bad(`Resource group ${resourceGroup} already exists.`);
}

function checkLicence(meta: NonNullable<CreateBody["vsaMetadata"]>, ha: boolean, saas: string | undefined): void {
  const { licenseType = "", instanceType = "", capacityPackageName = "" } = meta;
  if (licenseType !== `${ha ? "ha-" : ""}capacity-paygo`)
    throw bad(`License type '${licenseType}' is not supported for new systems.`);
  if (!PACKAGES.includes(capacityPackageName)) throw bad(`Unknown capacity package '${capacityPackageName}'.`);
  if (["Optimized", "Edge"].includes(capacityPackageName) && !saas)
    throw bad(`The package ${capacityPackageName} needs a marketplace subscription.`);
  if (!/^Standard_[A-Z]\d+[a-z]*_v\d$/.test(instanceType)) throw bad(`Unsupported instance type '${instanceType}'.`);
}

function checkEncryption({ dataEncryptionType, azureEncryptionParameters: key }: CreateBody, cloud: Cloud): void {
  if (!["NONE", "AZURE", "ONTAP"].includes(dataEncryptionType ?? ""))
    throw bad(`Unknown dataEncryptionType '${String(dataEncryptionType)}'.`);
  if (!key) return;
  if (dataEncryptionType !== "AZURE") throw bad("azureEncryptionParameters go with dataEncryptionType AZURE only.");
  const vault = cloud.list("Microsoft.KeyVault/vaults").find((each) => each.name === key.vaultName);
  if (!vault) throw bad(`Key vault ${String(key.vaultName)} was not found.`);
  if (!cloud.find(`${vault.id}/keys/${String(key.key)}`))
    throw bad(`Key ${String(key.key)} was not found in ${vault.name}.`);
}
