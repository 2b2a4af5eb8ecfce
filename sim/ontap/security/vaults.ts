import { has, integer, needText, text, flag } from "../kernel/body.js";
import { ApiError, badValue, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import { flagOf } from "../kernel/read.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome } from "../kernel/route.js";
import { ref, sees, svmIn } from "../kernel/scope.js";
import type { KeyVaultState } from "../state.js";
import { isRelease, keysOf } from "./keys.js";

export const vaultFields = fieldTable(
  "uuid name svm.{uuid,name} scope key_id tenant_id client_id authentication_method enabled port oauth_host vault_host verify_host verify_ip",
  "proxy_type proxy_host proxy_port proxy_username configuration.{uuid,name}",
  "azure_reachability.{reachable,code,message}! ekmip_reachability.{node.{uuid,name},reachable,code,message}!",
  "state.{cluster_state,code,message,available}!",
);

export const keyVaults: Collection = {
  path: "/security/azure-key-vaults",
  keys: ["uuid"],
  fields: vaultFields,
  list: (ctx) => visible(ctx).map((each) => ({ key: each.uuid, view: () => view(ctx, each) })),
};

const visible = (ctx: Ctx): KeyVaultState[] => ctx.cluster.security.vaults.filter((each) => sees(ctx, each.svm));

const NO_ANSWER = { code: "65537551", message: "The Azure Key Vault service is not reachable." };
const FINE = { code: "0", message: "" };

/** Reference 10: code "0" is fine; what is wrong stands inside, the call itself is answered with 200. */
function view({ cluster, fabric }: Ctx, vault: KeyVaultState): Rec {
  const reachable = !fabric.is(cluster.name, "keyVaultDown");
  const said = reachable ? FINE : NO_ANSWER;
  return {
    uuid: vault.uuid,
    name: vault.name,
    svm: ref(vault.svm),
    scope: "svm",
    key_id: vault.keyId,
    tenant_id: vault.tenantId,
    client_id: vault.clientId,
    authentication_method: vault.method,
    enabled: vault.enabled,
    port: vault.port,
    oauth_host: vault.oauthHost,
    vault_host: vault.vaultHost,
    verify_host: vault.verifyHost,
    verify_ip: false,
    proxy_type: vault.proxy.type,
    proxy_host: vault.proxy.host,
    proxy_port: vault.proxy.port,
    proxy_username: vault.proxy.username,
    configuration: { uuid: vault.uuid, name: vault.configuration },
    azure_reachability: { reachable, ...said },
    ekmip_reachability: cluster.nodes.map((node) => ({ node: ref(node), reachable: true, ...FINE })),
    state: { cluster_state: vault.enabled && reachable, available: vault.enabled && reachable, ...said },
  };
}

export function vaultAt(ctx: Ctx, param = "uuid"): KeyVaultState {
  const found = visible(ctx).find((each) => each.uuid === ctx.params[param]);
  if (!found) throw notFound(param);
  return found;
}

function keyId(given: string): string {
  if (!/^https:\/\/[^/\s]+\/keys\/[^/\s]+(\/[^/\s]+)?\/?$/.test(given))
    throw new ApiError(65537523, `"${given}" is no valid key identifier.`, 400, "key_id");
  return given;
}

function vaultName(given: string): string {
  if (!/^https:\/\/[^/\s]+\/?$/.test(given))
    throw new ApiError(65537553, `"${given}" is no valid URL of an Azure Key Vault.`, 400, "name");
  return given;
}

interface Credentials {
  readonly method: KeyVaultState["method"];
  readonly secret: string;
}

/** A secret or a PKCS#12 certificate in base64, one of them. */
function credentials({ body }: Ctx): Credentials | undefined {
  const secret = text(body, "client_secret");
  const certificate = text(body, "client_certificate");
  if (secret !== undefined && certificate !== undefined)
    throw new ApiError(262186, "client_secret and client_certificate exclude each other.", 400, "client_secret");
  if (secret === "") throw new ApiError(65537540, "The client secret is invalid.", 400, "client_secret");
  if (certificate !== undefined && !/^MI[A-Za-z0-9+/\s]+=*\s*$/.test(certificate))
    throw new ApiError(65537573, "The client certificate is invalid.", 400, "client_certificate");
  if (secret !== undefined) return { method: "client_secret", secret };
  return certificate === undefined ? undefined : { method: "certificate", secret: certificate };
}

function proxyOf({ body }: Ctx, before: KeyVaultState["proxy"]): KeyVaultState["proxy"] {
  const port = integer(body, "proxy_port");
  if (port !== undefined && (port < 1 || port > 65_535)) throw badValue("proxy_port", port);
  return {
    type: text(body, "proxy_type") ?? before.type,
    host: text(body, "proxy_host") ?? before.host,
    port: port ?? before.port,
    username: text(body, "proxy_username") ?? before.username,
  };
}

const refuseUnreachable = ({ fabric, cluster, body }: Ctx): void => {
  if (fabric.is(cluster.name, "keyVaultDown") && flag(body, "skip_verification") !== true)
    throw new ApiError(Number(NO_ANSWER.code), NO_ANSWER.message);
};

export function createVault(ctx: Ctx): Outcome {
  const { body, cluster, fabric } = ctx;
  const svm = svmIn(ctx);
  // The endpoint is older; Cloud Volumes ONTAP takes it from 9.10.1 on (reference 10).
  if (cluster.spec.platform !== "onprem" && !isRelease(cluster, "9.10.1"))
    throw new ApiError(65537526, "Azure Key Vault is not supported by this release of Cloud Volumes ONTAP.", 400);
  const inactive = flagOf(ctx.query, "create_inactive", false);
  const configuration = text(body, "configuration.name") ?? "default";
  const login = credentials(ctx);
  if (!login) throw new ApiError(65537567, "Neither client_secret nor client_certificate is given.", 400);
  const name = vaultName(needText(body, "name"));
  const vault: KeyVaultState = {
    uuid: fabric.ids.next("vault"),
    svm,
    name,
    keyId: keyId(needText(body, "key_id")),
    tenantId: needText(body, "tenant_id"),
    clientId: needText(body, "client_id"),
    ...login,
    proxy: proxyOf(ctx, {}),
    port: integer(body, "port") ?? 443,
    oauthHost: text(body, "oauth_host") ?? "login.microsoftonline.com",
    vaultHost: text(body, "vault_host") ?? new URL(name).host,
    verifyHost: flag(body, "verify_host") ?? true,
    enabled: !inactive,
    configuration,
    createdAt: fabric.now,
  };
  const refuse = (): void => {
    const { vaults } = cluster.security;
    if (vaults.some((each) => each.svm === svm && each.configuration === configuration && inactive))
      throw new ApiError(65537589, `SVM "${svm.name}" has a key manager configuration "${configuration}".`, 409);
    const keys = keysOf(cluster, svm);
    if (!inactive && keys?.svm === svm)
      throw new ApiError(65537500, `A key manager has already been configured for SVM "${svm.name}".`, 409, "svm");
  };
  refuse();
  const run = (): void => {
    refuse();
    refuseUnreachable(ctx);
    cluster.security.vaults.push(vault);
  };
  const location = `/api/security/azure-key-vaults/${vault.uuid}`;
  const record = { uuid: vault.uuid, name: vault.name, svm: ref(svm) };
  return { location, record, job: { kind: "volume", svm, run } };
}

export function changeVault(ctx: Ctx): Outcome {
  const { body } = ctx;
  const vault = vaultAt(ctx);
  if (Object.keys(body).length === 0) throw nothingToChange();
  const login = credentials(ctx);
  const proxy = proxyOf(ctx, vault.proxy);
  const run = (): void => {
    refuseUnreachable(ctx);
    if (login) Object.assign(vault, login);
    vault.proxy = proxy;
    vault.clientId = text(body, "client_id") ?? vault.clientId;
    vault.tenantId = text(body, "tenant_id") ?? vault.tenantId;
    vault.port = integer(body, "port") ?? vault.port;
    vault.oauthHost = text(body, "oauth_host") ?? vault.oauthHost;
    vault.vaultHost = text(body, "vault_host") ?? vault.vaultHost;
    vault.verifyHost = flag(body, "verify_host") ?? vault.verifyHost;
    vault.enabled = flag(body, "enabled") ?? vault.enabled;
  };
  return { job: { kind: "volume", svm: vault.svm, run } };
}

/** Not while volumes of the SVM, deleted ones in the recovery queue too, have their keys there. */
export function removeVault(ctx: Ctx): Outcome {
  const { cluster } = ctx;
  const vault = vaultAt(ctx);
  const run = (): void => {
    if (!cluster.security.vaults.includes(vault)) throw notFound();
    const all = [...cluster.volumes, ...cluster.queue.map((each) => each.volume)];
    if (vault.enabled && all.some((each) => each.svm === vault.svm && each.encrypted))
      throw new ApiError(65536817, `Keys of volumes of SVM "${vault.svm.name}" are still in use.`);
    cluster.security.vaults = cluster.security.vaults.filter((each) => each !== vault);
  };
  return { job: { kind: "volume", svm: vault.svm, run } };
}

/** New internal keys, or a new key of the vault around them. */
export function rekeyVault(ctx: Ctx): Outcome {
  const { fabric, body } = ctx;
  const external = ctx.params["azure_key_vault.uuid"] !== undefined;
  const vault = vaultAt(ctx, external ? "azure_key_vault.uuid" : "uuid");
  const wanted = external ? keyId(needText(body, "key_id")) : undefined;
  const run = (): void => {
    refuseUnreachable(ctx);
    if ((vault.rekeyUntil ?? 0) > fabric.now)
      throw new ApiError(65537529, "A rekey of the internal keys is in progress.");
    if (wanted !== undefined) vault.keyId = wanted;
    else vault.rekeyUntil = fabric.now + fabric.knobs.encryptMs;
  };
  return { job: { kind: "volume", svm: vault.svm, run } };
}

/** Reads the keys of a vault back into the nodes: nothing to see from outside. */
export function restoreVault(ctx: Ctx): Outcome {
  const vault = vaultAt(ctx);
  if (has(ctx.body, "key_id")) throw badValue("key_id", text(ctx.body, "key_id"));
  return { job: { kind: "volume", svm: vault.svm, run: () => refuseUnreachable(ctx) } };
}
