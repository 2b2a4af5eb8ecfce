import { accepts } from "../kernel/body.js";
import type { Family, Write } from "../kernel/route.js";
import { changeManager, createManager, keyManagers, keyStores, managerFields, removeManager } from "./managers.js";
import { mavRequests, mavWrites } from "./mav.js";
import {
  changeConfig,
  changeGroup,
  changeRule,
  createGroup,
  createRule,
  mavConfig,
  mavGroups,
  mavRules,
  removeGroup,
  removeRule,
} from "./mavRules.js";
import { changeVault, createVault, keyVaults, rekeyVault, removeVault, restoreVault, vaultFields } from "./vaults.js";

const LOGIN = "client_id tenant_id client_secret client_certificate";
const WAY =
  "port oauth_host vault_host verify_host verify_ip proxy_type proxy_host proxy_port proxy_username proxy_password";
const AKV = "/security/azure-key-vaults";

const vaultWrites: readonly Write[] = [
  {
    method: "POST",
    path: AKV,
    reply: "async",
    flags: ["create_inactive"],
    body: accepts(`svm.{name,uuid} name key_id configuration.name skip_verification ${LOGIN} ${WAY}`),
    readable: vaultFields,
    errors: [65537500, 65537523, 65537526, 65537540, 65537551, 65537553, 65537567, 65537573, 65537589],
    run: createVault,
  },
  {
    method: "PATCH",
    path: `${AKV}/{uuid}`,
    reply: "async",
    body: accepts(`enabled skip_verification ${LOGIN} ${WAY}`),
    readable: vaultFields,
    errors: [65537540, 65537551, 65537573],
    run: changeVault,
  },
  { method: "DELETE", path: `${AKV}/{uuid}`, reply: "async", errors: [65536817], run: removeVault },
  {
    method: "POST",
    path: `${AKV}/{uuid}/rekey-internal`,
    reply: "async",
    errors: [65537529, 65537551],
    run: rekeyVault,
  },
  {
    method: "POST",
    path: `${AKV}/{azure_key_vault.uuid}/rekey-external`,
    reply: "async",
    body: accepts("key_id"),
    errors: [65537523, 65537529, 65537551],
    run: rekeyVault,
  },
  { method: "POST", path: `${AKV}/{uuid}/restore`, reply: "async", errors: [65537551], run: restoreVault },
];

const managerWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/security/key-managers",
    reply: "sync",
    body: accepts(
      "svm.{name,uuid} onboard.{passphrase,synchronize} external.{servers.{server,timeout,username},client_certificate.{uuid,name},server_ca_certificates.{uuid,name}}",
    ),
    readable: managerFields,
    errors: [65537500],
    run: createManager,
  },
  {
    method: "PATCH",
    path: "/security/key-managers/{uuid}",
    reply: "sync",
    body: accepts(
      "onboard.{passphrase,existing_passphrase,synchronize} external.{servers.{server,timeout,username},client_certificate.{uuid,name},server_ca_certificates.{uuid,name}}",
    ),
    readable: managerFields,
    errors: [65536406],
    run: changeManager,
  },
  { method: "DELETE", path: "/security/key-managers/{uuid}", reply: "sync", errors: [65536867], run: removeManager },
];

const MAV = "/security/multi-admin-verify";
const TERMS = "required_approvers approval_groups approval_expiry execution_expiry";

const ruleWrites: readonly Write[] = [
  {
    method: "PATCH",
    path: MAV,
    reply: "sync",
    clusterOnly: true,
    body: accepts(`enabled ${TERMS}`),
    errors: [262309, 262311, 262312, 262313, 262314, 262316, 262325],
    run: changeConfig,
  },
  {
    method: "POST",
    path: `${MAV}/approval-groups`,
    reply: "sync",
    clusterOnly: true,
    body: accepts("name approvers email"),
    errors: [1, 262309, 262315, 262325],
    run: createGroup,
  },
  {
    method: "PATCH",
    path: `${MAV}/approval-groups/{owner.uuid}/{name}`,
    reply: "sync",
    clusterOnly: true,
    body: accepts("approvers email"),
    errors: [262325],
    run: changeGroup,
  },
  {
    method: "DELETE",
    path: `${MAV}/approval-groups/{owner.uuid}/{name}`,
    reply: "sync",
    clusterOnly: true,
    errors: [8, 262325],
    run: removeGroup,
  },
  {
    method: "POST",
    path: `${MAV}/rules`,
    reply: "sync",
    clusterOnly: true,
    body: accepts(`operation query auto_request_create ${TERMS}`),
    errors: [1, 262308, 262309, 262312, 262313, 262314, 262325],
    run: createRule,
  },
  {
    method: "PATCH",
    path: `${MAV}/rules/{owner.uuid}/{operation}`,
    reply: "sync",
    clusterOnly: true,
    body: accepts(`query auto_request_create ${TERMS}`),
    errors: [262312, 262313, 262314, 262325, 262327],
    run: changeRule,
  },
  {
    method: "DELETE",
    path: `${MAV}/rules/{owner.uuid}/{operation}`,
    reply: "sync",
    clusterOnly: true,
    errors: [262325, 262327],
    run: removeRule,
  },
];

export const securityFamily: Family = {
  name: "security",
  collections: [keyVaults, keyManagers, keyStores, mavConfig, mavGroups, mavRules, mavRequests],
  writes: [...vaultWrites, ...managerWrites, ...ruleWrites, ...mavWrites],
};
