import { z } from "zod";
import type { ArmHttp } from "./http.js";

/** One line of a region's compute quota. */
export interface Usage {
  /** `cores`, `standardEDSv5Family`. */
  readonly name: string;
  readonly used: number;
  readonly limit: number;
}

/** An offer of the marketplace. */
export interface MarketplacePlan {
  readonly publisher: string;
  readonly offer: string;
  readonly plan: string;
}

export interface SubscriptionReader {
  /** Enabled, Warned, PastDue, Disabled; undefined when Sluice sees no such subscription. */
  state(): Promise<string | undefined>;
  /** Throws Rejected when Azure has no such region. */
  usages(location: string): Promise<readonly Usage[]>;
  /** Has somebody accepted the terms of this plan in this subscription? Without it no machine of it can be made. */
  termsAccepted(plan: MarketplacePlan): Promise<boolean>;
}

const stateShape = z.object({ state: z.string() });
const usageShape = z.object({
  name: z.object({ value: z.string() }),
  currentValue: z.number(),
  limit: z.number(),
});
const termsShape = z.object({ properties: z.object({ accepted: z.boolean().nullish() }) });

/**
 * The subscription itself: its state, compute quota (learn.microsoft.com/rest/api/compute/usage), marketplace agreements
 * (learn.microsoft.com/rest/api/marketplaceordering).
 */
export function subscription(http: ArmHttp): SubscriptionReader {
  const at = `/subscriptions/${http.subscription}`;
  return {
    state: async () => {
      try {
        return (await http.find(at, { what: "the subscription", version: "2022-12-01" }, stateShape))?.state;
      } catch (thrown) {
        if (thrown instanceof Error && "code" in thrown && thrown.code === "SubscriptionNotFound") return undefined;
        throw thrown;
      }
    },
    usages: async (location) =>
      (
        await http.list(
          `${at}/providers/Microsoft.Compute/locations/${location}/usages`,
          { what: `the compute quota of ${location}`, version: "2024-07-01" },
          usageShape,
        )
      ).map(({ name, currentValue, limit }) => ({ name: name.value, used: currentValue, limit })),
    termsAccepted: async ({ publisher, offer, plan }) => {
      const path = `${at}/providers/Microsoft.MarketplaceOrdering/offerTypes/virtualmachine/publishers/${publisher}/offers/${offer}/plans/${plan}/agreements/current`;
      const about = { what: `the marketplace terms of ${offer}`, version: "2021-01-01" };
      return (await http.find(path, about, termsShape))?.properties.accepted ?? false;
    },
  };
}

/** `Standard_E8ds_v5`: the quota family its cores count in, and how many; undefined for a size whose name says neither. */
export function coresOf(size: string): { readonly family: string; readonly cores: number } | undefined {
  const [, letter, cores, features = "", generation] = /^Standard_([A-Z])(\d+)([a-z]*)_(v\d)$/.exec(size) ?? [];
  if (letter === undefined || cores === undefined || generation === undefined) return undefined;
  const disks = features.includes("d") ? "D" : "";
  const premium = features.includes("s") ? "S" : "";
  return { family: `standard${letter}${disks}${premium}${generation}Family`, cores: Number(cores) };
}
