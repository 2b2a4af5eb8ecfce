import { coresOf, type MarketplacePlan, type Subnet, type Vnet } from "../../azure/index.js";
import type { VnetConfig } from "../../config/types.js";
import { Problem, Refusal } from "../../core/problems.js";
import type { ReadTools } from "../tools.js";

/** Something that has to be there first, and what somebody who may has to do about it. */
export interface Missing {
  readonly what: string;
  /** Exact text for them. */
  readonly text: string;
}
export type Check = () => Promise<readonly Missing[]>;

const none: readonly Missing[] = [];
const one = (what: string, text: string): readonly Missing[] => [{ what, text }];

/** Makes every check and throws one Refusal that names all that is missing, each with its text. What cannot be looked at is missing too. */
export async function refuseMissing(what: string, checks: readonly Check[]): Promise<void> {
  const found = await Promise.all(
    checks.map(async (check) => {
      try {
        return await check();
      } catch (thrown) {
        if (!(thrown instanceof Problem)) throw thrown;
        return one(thrown.message, thrown.next ?? "Try again, or look why it cannot be asked.");
      }
    }),
  );
  const missing = found.flat();
  if (missing.length === 0) return;
  const lines = missing.map((each) => `• ${each.what}\n   ${each.text}`).join("\n");
  throw new Refusal(
    `${what} cannot be deployed yet: ${missing.length === 1 ? "one thing has" : `${missing.length} things have`} to be seen to first, by somebody who may.\n${lines}\n`,
    { next: "Nothing was changed." },
  );
}

export const subscriptionId = (on: ReadTools): string => `/subscriptions/${on.azure().subscriptionId}`;
export const vnetId = (on: ReadTools, vnet: VnetConfig): string =>
  `${subscriptionId(on)}/resourceGroups/${vnet.resourceGroup}/providers/Microsoft.Network/virtualNetworks/${vnet.name}`;

/** Does the login work, and is the account one of its own? */
export const accountIsThere =
  (on: ReadTools): Check =>
  async () => {
    const bluexp = on.bluexp();
    if ((await bluexp.accounts()).some((each) => each.id === bluexp.account)) return none;
    return one(
      `The login to BlueXP does not see the account ${bluexp.account}.`,
      `In BlueXP, Identity and access: add the service account to ${bluexp.account} with the role Organization admin, or correct bluexp.account.`,
    );
  };

export const subscriptionWorks =
  (on: ReadTools): Check =>
  async () => {
    const state = await on.azure().subscription.state();
    if (state === "Enabled") return none;
    return one(
      `The Azure subscription ${on.azure().subscriptionId} is ${state ?? "not to be seen by Sluice"}.`,
      `az account show --subscription ${on.azure().subscriptionId} --query state`,
    );
  };

/** The virtual network and its subnet, as they were found: for `vnetIsThere` and for planning. */
export interface Place {
  readonly vnet?: Vnet;
  readonly subnet?: Subnet;
}
export async function lookAtPlace(on: ReadTools, at: VnetConfig, subnet: string): Promise<Place> {
  const vnet = await on.azure().networks.findVnet(at.resourceGroup, at.name);
  const found = vnet?.subnets.find((each) => each.name.toLowerCase() === subnet.toLowerCase());
  return { ...(vnet ? { vnet } : {}), ...(found ? { subnet: found } : {}) };
}

export const placeIsThere =
  (on: ReadTools, at: VnetConfig, subnet: string, region: string): Check =>
  async () => {
    const { vnet, subnet: found } = await lookAtPlace(on, at, subnet);
    if (!vnet)
      return one(
        `There is no virtual network ${at.name} in the resource group ${at.resourceGroup}.`,
        `az network vnet create --resource-group ${at.resourceGroup} --name ${at.name} --location ${region} --address-prefixes PREFIX`,
      );
    if (vnet.location !== region)
      return one(
        `The virtual network ${at.name} is in ${vnet.location}, not in ${region}.`,
        "Name another region or network in the configuration.",
      );
    if (!found)
      return one(
        `The virtual network ${at.name} has no subnet ${subnet}.`,
        `az network vnet subnet create --resource-group ${at.resourceGroup} --vnet-name ${at.name} --name ${subnet} --address-prefixes PREFIX`,
      );
    if (found.delegations.length > 0)
      return one(
        `The subnet ${subnet} is delegated to ${found.delegations.join(", ")}: no machine can be put there.`,
        "Name another subnet in the configuration.",
      );
    return none;
  };

export const termsAccepted =
  (on: ReadTools, plan: MarketplacePlan): Check =>
  async () =>
    (await on.azure().subscription.termsAccepted(plan))
      ? none
      : one(
          `Nobody has accepted the marketplace terms of ${plan.offer} in this subscription.`,
          `az vm image terms accept --subscription ${on.azure().subscriptionId} --publisher ${plan.publisher} --offer ${plan.offer} --plan ${plan.plan}`,
        );

/** `count` machines of that size, in their family's quota and in the region's. */
export const quotaSuffices =
  (on: ReadTools, region: string, size: string, count: number): Check =>
  async () => {
    const needs = coresOf(size);
    if (!needs) return none;
    const usages = await on.azure().subscription.usages(region);
    return [needs.family, "cores"].flatMap((name) => {
      const usage = usages.find((each) => each.name.toLowerCase() === name.toLowerCase());
      const wanted = needs.cores * count;
      if (usage && usage.used + wanted <= usage.limit) return [];
      const now = usage ? `${usage.used} of ${usage.limit} are used` : "there is none at all";
      return one(
        `${wanted} vCPUs of ${name} are needed in ${region}, and ${now}.`,
        `az quota update --resource-name ${name} --scope ${subscriptionId(on)}/providers/Microsoft.Compute/locations/${region} --limit-object value=${(usage?.used ?? 0) + wanted} --resource-type dedicated`,
      );
    });
  };

/** May Sluice itself do these things there? */
export const mayDo =
  (on: ReadTools, scope: string, actions: readonly string[]): Check =>
  async () => {
    const allowed = await Promise.all(actions.map((action) => on.azure().roles.may(scope, action)));
    const lacking = actions.filter((_, i) => !allowed[i]);
    if (lacking.length === 0) return none;
    return one(
      `Sluice's identity may not do this in Azure: ${lacking.join(", ")}.`,
      `az role assignment create --assignee IDENTITY --role "Sluice deployments" --scope ${scope} (the role is written down in docs/operating.md)`,
    );
  };

/** A customer's key for disk encryption: the vault must be fit for it, or what it encrypts is lost with it (reference D). */
export const keyIsFit =
  (on: ReadTools, at: { readonly vault: string; readonly key: string } | undefined, region: string): Check =>
  async () => {
    if (!at) return none;
    const vault = await on.azure().vaults.find(at.vault);
    if (!vault)
      return one(`There is no key vault ${at.vault} in this subscription.`, "Name another one in the configuration.");
    const key = await on.azure().vaults.findKey(vault, at.key);
    const update = `az keyvault update --name ${vault.name}`;
    return [
      vault.location === region
        ? none
        : one(
            `${vault.name} is in ${vault.location}, not in ${region}.`,
            "Disks are encrypted with keys of their own region only.",
          ),
      vault.softDelete && vault.purgeProtection
        ? none
        : one(
            `${vault.name} has no purge protection: a deleted key would take the disks with it.`,
            `${update} --enable-purge-protection true`,
          ),
      vault.forDisks
        ? none
        : one(`${vault.name} is not enabled for disk encryption.`, `${update} --enabled-for-disk-encryption true`),
      key?.enabled && key.type.startsWith("RSA")
        ? none
        : one(
            `${vault.name} has no enabled RSA key ${at.key}.`,
            `az keyvault key create --vault-name ${vault.name} --name ${at.key} --kty RSA --size 2048`,
          ),
    ].flat();
  };
