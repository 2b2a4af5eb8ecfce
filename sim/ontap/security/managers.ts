import { flag, has, integer, list, needText, text } from "../kernel/body.js";
import { ApiError, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome } from "../kernel/route.js";
import { ref, sees, svmIn } from "../kernel/scope.js";
import type { KeyManagerState, SvmState } from "../state.js";

export const managerFields = fieldTable(
  "uuid scope svm.{uuid,name} onboard.{enabled,key_backup} external.servers.{server,timeout,username} policy status.{code,message}!",
  "volume_encryption.{supported,code,message}! is_default_data_at_rest_encryption_disabled configuration.{uuid,name}",
);

const visible = (ctx: Ctx): KeyManagerState[] =>
  ctx.cluster.security.managers.filter((each) => !each.svm || sees(ctx, each.svm));

/** The onboard key manager and external ones (KMIP): reference 10. */
export const keyManagers: Collection = {
  path: "/security/key-managers",
  keys: ["uuid"],
  fields: managerFields,
  list: (ctx) => visible(ctx).map((each) => ({ key: each.uuid, view: () => view(each) })),
};

const view = (manager: KeyManagerState): Rec => ({
  uuid: manager.uuid,
  scope: manager.svm ? "svm" : "cluster",
  svm: manager.svm && ref(manager.svm),
  onboard: { enabled: manager.kind === "onboard" },
  external: manager.kind === "external" ? { servers: manager.servers.map((each) => ({ ...each })) } : undefined,
  status: { code: "0", message: "" },
  volume_encryption: { supported: true, code: "0", message: "" },
  is_default_data_at_rest_encryption_disabled: false,
});

/** Every place keys are kept in: reference 10. */
export const keyStores: Collection = {
  path: "/security/key-stores",
  keys: ["uuid"],
  fields: fieldTable("uuid type location scope svm.{uuid,name} enabled state configuration.{uuid,name}"),
  list: (ctx) => [
    ...visible(ctx).map((each) => ({
      key: each.uuid,
      view: () => ({
        uuid: each.uuid,
        type: each.kind === "onboard" ? "okm" : "kmip",
        location: each.kind,
        scope: each.svm ? "svm" : "cluster",
        svm: each.svm && ref(each.svm),
        enabled: true,
        state: "active",
        configuration: { uuid: each.uuid, name: "default" },
      }),
    })),
    ...ctx.cluster.security.vaults
      .filter((each) => sees(ctx, each.svm))
      .map((each) => ({
        key: each.uuid,
        view: () => ({
          uuid: each.uuid,
          type: "akv",
          location: "external",
          scope: "svm",
          svm: ref(each.svm),
          enabled: each.enabled,
          state: each.enabled ? "active" : "pending",
          configuration: { uuid: each.uuid, name: each.configuration },
        }),
      })),
  ],
};

const serversIn = (body: Rec): KeyManagerState["servers"] | undefined =>
  list(body, "external.servers")?.map((each) => ({
    server: needText(each, "server"),
    timeout: integer(each, "timeout") ?? 25,
    username: text(each, "username") ?? "",
  }));

const MIN_PASSPHRASE = 32;
const MAX_PASSPHRASE = 256;

function checkPassphrase(given: string | undefined): string | undefined {
  if (given !== undefined && (given.length < MIN_PASSPHRASE || given.length > MAX_PASSPHRASE)) {
    const message = `The passphrase must be ${MIN_PASSPHRASE} to ${MAX_PASSPHRASE} characters long.`;
    throw new ApiError(262245, message, 400, "onboard.passphrase");
  }
  return given;
}

export function createManager(ctx: Ctx): Outcome {
  const { body, cluster, fabric } = ctx;
  const svm: SvmState | undefined = has(body, "svm.name") || has(body, "svm.uuid") ? svmIn(ctx) : ctx.scope;
  const onboard = has(body, "onboard");
  if (onboard === has(body, "external"))
    throw new ApiError(262186, "One of onboard and external must be given.", 400, "onboard");
  if (onboard && svm) throw new ApiError(262186, "The onboard key manager is the cluster's.", 400, "svm");
  const taken = [...cluster.security.managers, ...cluster.security.vaults].some((each) => each.svm === svm);
  if (taken) throw new ApiError(65537500, "A key manager has already been configured.", 409);
  const manager: KeyManagerState = {
    uuid: fabric.ids.next("keymanager"),
    kind: onboard ? "onboard" : "external",
    svm,
    servers: serversIn(body) ?? [],
    passphrase: onboard ? (checkPassphrase(needText(body, "onboard.passphrase")) ?? "") : "",
  };
  cluster.security.managers.push(manager);
  return { done: true, location: `/api/security/key-managers/${manager.uuid}`, record: view(manager) };
}

function managerAt(ctx: Ctx): KeyManagerState {
  const found = visible(ctx).find((each) => each.uuid === ctx.params["uuid"]);
  if (!found) throw notFound();
  return found;
}

export function changeManager(ctx: Ctx): Outcome {
  const { body } = ctx;
  const manager = managerAt(ctx);
  if (Object.keys(body).length === 0) throw nothingToChange();
  const passphrase = checkPassphrase(text(body, "onboard.passphrase"));
  if (
    passphrase !== undefined &&
    text(body, "onboard.existing_passphrase") !== manager.passphrase &&
    manager.passphrase
  )
    throw new ApiError(65536406, "The existing passphrase is wrong.", 400, "onboard.existing_passphrase");
  manager.passphrase = passphrase ?? manager.passphrase;
  manager.servers = serversIn(body) ?? manager.servers;
  flag(body, "onboard.synchronize");
  return { done: true };
}

export function removeManager(ctx: Ctx): Outcome {
  const { cluster } = ctx;
  const manager = managerAt(ctx);
  const vaulted = new Set(cluster.security.vaults.map((each) => each.svm));
  const all = [...cluster.volumes, ...cluster.queue.map((each) => each.volume)];
  const used = all.some((each) => each.encrypted && (manager.svm ? each.svm === manager.svm : !vaulted.has(each.svm)));
  if (used) throw new ApiError(65536867, "Keys of encrypted volumes are still in use.", 400);
  cluster.security.managers = cluster.security.managers.filter((each) => each !== manager);
  return { done: true };
}
