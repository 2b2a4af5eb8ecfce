import type { WorldCluster } from "../../worlds/types.js";
import type { FabricState } from "../fabric.js";
import type { SecurityState, SvmState } from "../state.js";

const HOUR_MS = 3_600_000;

/** What a cluster has when the world starts: a key manager where it holds encrypted volumes, and the approval rules of the knobs. */
export function seedSecurity(
  fabric: FabricState,
  spec: WorldCluster,
  svms: readonly SvmState[],
  id: (label: string) => string,
): SecurityState {
  const { azure } = fabric.world;
  const vaulted = svms.filter((svm) => spec.volumes.some((each) => each.encrypted && each.svm === svm.name));
  const rules = Object.entries(spec.platform === "onprem" ? fabric.knobs.mavRules : {});
  return {
    vaults: vaulted
      .filter(() => spec.platform !== "onprem")
      .map((svm) => ({
        uuid: id(`vault/${svm.name}`),
        svm,
        name: "https://kv-epic.vault.azure.net/",
        keyId: "https://kv-epic.vault.azure.net/keys/cvo-key",
        tenantId: azure.tenant,
        clientId: azure.clientId,
        method: "client_secret",
        secret: azure.clientSecret,
        proxy: {},
        port: 443,
        oauthHost: "login.microsoftonline.com",
        vaultHost: "kv-epic.vault.azure.net",
        verifyHost: true,
        enabled: true,
        configuration: "default",
        createdAt: fabric.now,
      })),
    managers:
      spec.platform === "onprem" && vaulted.length > 0
        ? [{ uuid: id("key-manager/onboard"), kind: "onboard", servers: [], passphrase: "" }]
        : [],
    mav: {
      enabled: rules.length > 0,
      requiredApprovers: 1,
      groups: rules.length > 0 ? ["approvers"] : [],
      approvalExpiryMs: HOUR_MS,
      executionExpiryMs: HOUR_MS,
    },
    mavGroups: rules.length > 0 ? [{ name: "approvers", approvers: ["admin"], email: [] }] : [],
    mavRules: rules.map(([operation, requiredApprovers]) => ({
      operation,
      query: "",
      autoRequest: true,
      requiredApprovers,
      groups: [],
      systemDefined: false,
      createdAt: fabric.now,
    })),
  };
}
