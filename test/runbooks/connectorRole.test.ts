import { describe, expect, test } from "@jest/globals";
import { connectorActions } from "../../src/runbooks/cloud/connectorRole.js";

describe("the Connector's role", () => {
  test("is well formed: every action once, a verb at its end, and no star but over its own locks", () => {
    expect(new Set(connectorActions).size).toBe(connectorActions.length);
    for (const action of connectorActions)
      expect(action).toMatch(/^Microsoft\.[A-Za-z]+(\/[A-Za-z]+)+\/(read|Read|write|delete|action|\*)$/);
    expect(connectorActions.filter((each) => each.includes("*"))).toEqual(["Microsoft.Authorization/locks/*"]);
  });

  test("may not give itself or anybody more: no role definition, no assignment, no access to what a vault holds", () => {
    expect(
      connectorActions.filter((each) => /role(Definitions|Assignments)|vaults\/(keys|secrets)/.test(each)),
    ).toEqual([]);
  });

  test("has what a system is made, stopped, started and deleted with", () => {
    expect(connectorActions).toEqual(
      expect.arrayContaining([
        "Microsoft.Compute/virtualMachines/write",
        "Microsoft.Compute/virtualMachines/deallocate/action",
        "Microsoft.Compute/virtualMachines/start/action",
        "Microsoft.Compute/snapshots/write",
        "Microsoft.Network/networkInterfaces/write",
        "Microsoft.Network/loadBalancers/write",
        "Microsoft.Compute/diskEncryptionSets/write",
        "Microsoft.KeyVault/vaults/deploy/action",
        "Microsoft.MarketplaceOrdering/offertypes/publishers/offers/plans/agreements/write",
        "Microsoft.Resources/deployments/operationStatuses/read",
        "Microsoft.Resources/subscriptions/resourceGroups/delete",
        "Microsoft.Storage/storageAccounts/write",
      ]),
    );
  });
});
