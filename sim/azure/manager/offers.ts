import type { SimReply } from "../../kit/http.js";
import { ArmError, type AzureKnobs } from "../types.js";
import { bodyOf, verb, type ManagerAsk } from "./ask.js";
import { checkVersion, VERSIONS } from "./kinds.js";
import type { Landscape } from "./landscape.js";

const versionOf = ({ request }: ManagerAsk): string => request.query.get("api-version") ?? "";
const signatureOf = (key: string): string => Buffer.from(key).toString("base64url").toUpperCase().slice(0, 32);

/** Agreements to the terms of marketplace offers. */
export function terms(land: Landscape, ask: ManagerAsk, parts: readonly string[], now: number): SimReply {
  const [kind = "", , , publisher = "", , offer = "", , plan = "", agreements = ""] = parts;
  if (kind.toLowerCase() !== "offertypes" || agreements.toLowerCase() !== "agreements")
    throw new ArmError(404, "InvalidResourceType", "The resource type could not be found.");
  checkVersion(
    "Microsoft.MarketplaceOrdering/offerTypes",
    versionOf(ask),
    VERSIONS["Microsoft.MarketplaceOrdering/offerTypes"] ?? [],
    land.location,
  );
  const { method } = ask.request;
  const base = "Microsoft.MarketplaceOrdering/offertypes/publishers/offers/plans/agreements";
  ask.permit(`${base}/${verb(method)}`);
  const key = `${publisher}/${offer}/${plan}`;
  if (!/^[\w-]+\/[\w-]+\/[\w-]+$/.test(key))
    throw new ArmError(400, "BadRequest", `Offer with PublisherId: ${publisher}, OfferId: ${offer} not found.`);
  if (method === "PUT") {
    const properties = bodyOf(ask.request).properties ?? {};
    if (properties["signature"] !== signatureOf(key))
      throw new ArmError(400, "BadRequest", "The signature of the agreement does not match.");
    if (properties["accepted"] === true) land.terms.add(key);
    else land.terms.delete(key);
  }
  return {
    status: 200,
    body: {
      id: `/subscriptions/${land.subscription}/providers/Microsoft.MarketplaceOrdering/offerTypes/virtualmachine/publishers/${publisher}/offers/${offer}/plans/${plan}/agreements/current`,
      name: plan,
      type: "Microsoft.MarketplaceOrdering/offertypes",
      properties: {
        publisher,
        product: offer,
        plan,
        licenseTextLink: `https://catalogartifact.azureedge.net/${publisher}.${offer}/license`,
        privacyPolicyLink: "https://www.netapp.com/company/legal/privacy-policy/",
        retrieveDatetime: new Date(now).toISOString(),
        signature: signatureOf(key),
        accepted: land.terms.has(key),
      },
    },
  };
}

/** Compute quota of a region. */
export function usages(land: Landscape, ask: ManagerAsk, location: string, quota: AzureKnobs["quota"]): SimReply {
  ask.permit("Microsoft.Compute/locations/usages/read");
  checkVersion(
    "Microsoft.Compute/locations",
    versionOf(ask),
    VERSIONS["Microsoft.Compute/locations"] ?? [],
    land.location,
  );
  if (location.toLowerCase() !== land.location)
    throw new ArmError(
      400,
      "NoRegisteredProviderFound",
      `No registered resource provider found for location '${location}' and API version '${versionOf(ask)}' for type 'locations/usages'. The supported locations are '${land.location}'.`,
    );
  return {
    status: 200,
    body: {
      value: Object.entries(quota).map(([name, { used, limit }]) => ({
        name: { value: name, localizedValue: name },
        unit: "Count",
        currentValue: used,
        limit,
      })),
    },
  };
}
