import { z } from "zod";
import type { Json } from "../../core/json.js";
import type { Resource } from "../../core/resource.js";
import { Refusal } from "../../core/problems.js";
import type { AzureKeyVault } from "../../ontap/index.js";
import { defineStep, shown, type Past, type Probe } from "../define.js";
import { cliWord, typed } from "../handOff.js";
import { listed } from "../inventory.js";
import { changes } from "../resources.js";
import type { ReadTools, Tools } from "../tools.js";
import { noteJob, whenMissing } from "./jobs.js";

const nothing = z.object({}).strict();
const secret = z.strictObject({ $secret: z.string() });
const place = { cluster: z.string(), svm: z.string() };
const createInput = z.object({
  ...place,
  /** `https://kv.vault.azure.net/` */
  vault: z.string(),
  keyId: z.string(),
  tenantId: z.string(),
  clientId: z.string(),
  secret,
});

/** Where an SVM keeps its keys is one thing to lock: a key manager is made, changed and taken away under it. */
const keyManagerResource = (given: { cluster: unknown; svm: unknown }): Resource => {
  const [cluster, svm] = [shown(given.cluster, "?"), shown(given.svm, "?")];
  return {
    kind: "keyManager",
    id: `${cluster}/${svm}/keys`,
    name: `key manager of ${svm} on ${cluster}`,
    environment: "infrastructure",
    labels: {},
  };
};

const ids = (url: string): string => url.replace(/\/+$/, "").toLowerCase();
const same = (vault: AzureKeyVault, given: { vault: string; keyId: string; clientId: string }): boolean =>
  ids(vault.vault) === ids(given.vault) &&
  ids(vault.keyId ?? "").startsWith(ids(given.keyId)) &&
  vault.clientId === given.clientId;

/** The key vault of an SVM, made (reference 10). The array asks the vault before it takes it. */
export const createKeyVault = defineStep<z.infer<typeof createInput>, { keyVault: string }>({
  effect: "change",
  input: createInput,
  output: z.object({ keyVault: z.string() }),
  describe: (given) =>
    `Make ${shown(given.vault, "?")} the key manager of ${shown(given.svm, "?")} on ${shown(given.cluster, "?")}, with the key ${shown(given.keyId, "?")}, signed in to as ${shown(given.clientId, "?")}`,
  touches: (given) => [changes(keyManagerResource(given))],
  before: async (given, on) => ({
    was: (await on.ontap(given.cluster).azureKeyVaults.findBySvm(given.svm))?.uuid ?? null,
  }),
  probe: async (given, on, past) => {
    const found = await on.ontap(given.cluster).azureKeyVaults.findBySvm(given.svm);
    if (!found) return whenMissing(on, given.cluster, past.notes);
    const ours = past.attempt > 0 && (past.before as { was?: Json } | undefined)?.was !== found.uuid;
    if (same(found, given) && ours) return { found: "done", output: { keyVault: found.uuid } };
    return { found: "foreign", what: `${given.svm} has the key vault ${found.vault} already` };
  },
  run: async (given, on) => {
    const { svm, vault, keyId, tenantId, clientId } = given;
    const credential = { clientSecret: given.secret };
    await noteJob(
      on,
      await on.ontap(given.cluster).azureKeyVaults.create({ svm, vault, keyId, tenantId, clientId, credential }),
    );
  },
  handOff: (given) => {
    const text = (value: unknown): string => shown(value, "?");
    const [svm, vault, keyId] = [text(given.svm), text(given.vault), text(given.keyId)];
    const [tenant, client] = [text(given.tenantId), text(given.clientId)];
    return {
      note: `The client secret of ${client} is asked for; it is not in this text.`,
      ...typed(
        [
          `security key-manager external azure enable -vserver ${cliWord(svm)} -client-id ${cliWord(client)} -tenant-id ${cliWord(tenant)} -name ${cliWord(vault)} -key-id ${cliWord(keyId)} -authentication-method client-secret`,
        ],
        [
          {
            method: "POST",
            path: "/api/security/azure-key-vaults",
            body: {
              svm: { name: svm },
              name: vault,
              key_id: keyId,
              tenant_id: tenant,
              client_id: client,
              client_secret: "<the client secret>",
            },
          },
        ],
      ),
      back: typed(
        [`security key-manager external azure disable -vserver ${cliWord(svm)}`],
        [
          { method: "GET", path: `/api/security/azure-key-vaults?svm.name=${encodeURIComponent(svm)}` },
          { method: "DELETE", path: "/api/security/azure-key-vaults/{uuid}" },
        ],
      ),
    };
  },
  undo: {
    describe: (given) =>
      `${shown(given.svm, "?")} has no key manager again; only while no volume is encrypted by it, else it stays`,
    run: async (given, past, on) => {
      const ontap = on.ontap(given.cluster);
      const found = await ontap.azureKeyVaults.findBySvm(given.svm);
      if (!found || found.uuid === (past.before as { was?: Json } | undefined)?.was) return;
      const locked = (await ontap.volumes.list({ svm: given.svm })).filter((each) => each.encrypted);
      if (locked.length > 0)
        throw new Refusal(
          `The keys of ${listed(locked.map((each) => each.name).sort())} are in ${found.vault}: without it their data is lost.`,
          { next: "The key vault stays." },
        );
      await noteJob(on, await ontap.azureKeyVaults.delete(found.uuid));
    },
  },
});

const checkInput = z.object({ ...place, vault: z.string() });

/** The nodes reach the vault and can use its key: only the array can say so. */
export const checkKeyVault = defineStep<z.infer<typeof checkInput>, Record<string, never>>({
  effect: "read",
  input: checkInput,
  output: nothing,
  describe: (given) =>
    `See that every node of ${shown(given.cluster, "?")} reaches ${shown(given.vault, "?")} and can use the key for ${shown(given.svm, "?")}`,
  touches: () => [],
  probe: async (given, on) => reached(given, on),
  run: () => Promise.resolve(),
  undo: { stays: "looking leaves nothing behind" },
});

async function reached(given: z.infer<typeof checkInput>, on: ReadTools): Promise<Probe<Record<string, never>>> {
  const ontap = on.ontap(given.cluster);
  const found = await ontap.azureKeyVaults.findBySvm(given.svm);
  if (!found) return { found: "absent", because: `${given.svm} has no key vault` };
  const { problems } = await ontap.azureKeyVaults.getHealth(found.uuid);
  if (problems.length === 0) return { found: "done", output: {} };
  return {
    found: "absent",
    because: `the nodes cannot use ${found.vault}: ${problems.map((each) => each.message).join(" ")}`,
  };
}

const rotateInput = z.object({ ...place, keyVault: z.string(), vault: z.string(), clientId: z.string(), secret });

/**
 * A new secret for the vault the SVM has. Secrets cannot be read back, and giving the same one twice changes nothing: whether it happened is what the array's job
 * says, and where nobody knows it is given again.
 */
export const setKeyVaultSecret = defineStep<z.infer<typeof rotateInput>, Record<string, never>>({
  effect: "change",
  input: rotateInput,
  output: nothing,
  describe: (given) =>
    `Give ${shown(given.svm, "?")} on ${shown(given.cluster, "?")} the secret that is in the configuration now, for ${shown(given.vault, "?")}, signed in to as ${shown(given.clientId, "?")}`,
  touches: (given) => [changes(keyManagerResource(given))],
  probe: async (given, on, past) => {
    const found = await on.ontap(given.cluster).azureKeyVaults.findBySvm(given.svm);
    if (found?.uuid !== given.keyVault)
      return { found: "foreign", what: `${given.svm} has another key vault than when it was planned` };
    return taken(past, given.cluster, on);
  },
  run: async (given, on) => {
    const accepted = await on
      .ontap(given.cluster)
      .azureKeyVaults.setCredential(given.keyVault, { clientSecret: given.secret });
    await noteTaken(on, accepted);
  },
  undo: {
    stays:
      "the new secret stays with the array: the old one is nobody's to give back, and the vault takes either until it ends",
  },
});

async function noteTaken(on: Tools, accepted: { readonly jobUuid?: string; readonly done: boolean }): Promise<void> {
  if (accepted.done) await on.note({ taken: true });
  else if (accepted.jobUuid !== undefined) await on.note({ job: accepted.jobUuid });
}

async function taken(past: Past, cluster: string, on: ReadTools): Promise<Probe<Record<string, never>>> {
  const notes = past.notes.filter(
    (note): note is { taken?: Json; job?: Json } => typeof note === "object" && note !== null,
  );
  if (notes.some((note) => note.taken === true)) return { found: "done", output: {} };
  const uuid = notes.flatMap(({ job }) => (job === undefined ? [] : [String(job)])).at(-1);
  const job = uuid === undefined ? undefined : await on.ontap(cluster).jobs.find(uuid);
  if (job?.state === "success") return { found: "done", output: {} };
  return whenMissing(on, cluster, past.notes);
}
