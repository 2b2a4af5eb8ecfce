import { z } from "zod";
import { Refusal } from "../core/problems.js";
import { defineRunbook, type EndedStep, type Planner } from "./define.js";
import { listed } from "./inventory.js";
import { daysLeft, lacks, SOON_DAYS, vaultLacks } from "./keyVault/lacks.js";
import { type EncryptFacts, type EncryptRequest, observe } from "./keyVault/observe.js";
import { handsOff } from "./mayDo.js";
import { checkKeyVault, createKeyVault, setKeyVaultSecret } from "./steps/keyVault.js";
import type { Inventory, ReadTools } from "./tools.js";

const request = z.strictObject({
  svm: z.string().optional(),
  cluster: z.string().optional(),
  /** The vault it has gets the secret that is in the configuration now. */
  rotate: z.literal(true).optional(),
});
const steps = { createKeyVault, checkKeyVault, setKeyVaultSecret };
type Facts = EncryptFacts & { readonly inventory: Pick<Inventory, "clusters"> };

/** An Azure Key Vault becomes the key manager of an SVM of Cloud Volumes ONTAP, before there are encrypted volumes; or the vault's secret is renewed (reference 10). */
export const encryptSvm = defineRunbook({
  name: "encrypt-svm",
  version: 1,
  title: (asked: EncryptRequest) =>
    asked.rotate
      ? `Rotate the key vault secret of ${asked.svm ?? "the SVM"}`
      : `Keys of ${asked.svm ?? "the SVM"} in Azure Key Vault`,
  request,
  steps,
  observe: async (asked: EncryptRequest, on: ReadTools): Promise<Facts> => ({
    ...(await observe(asked, on)),
    inventory: { clusters: on.inventory.clusters },
  }),
  plan,
  closing,
  example: { say: "encrypt svm_epic_dr with key vault", world: "apart" },
});

function plan(asked: EncryptRequest, facts: Facts, p: Planner<typeof steps>): void {
  if (asked.rotate) rotate(facts, p);
  else encrypt(facts, p);
}

function encrypt(facts: Facts, p: Planner<typeof steps>): void {
  const { cluster, svm, given, array } = facts;
  if (array.vault)
    throw new Refusal(`${svm} on ${cluster.name} has the key vault ${array.vault.vault} already.`, {
      next: "Nothing was changed.",
      detail: { choices: [{ label: "Rotate its secret", say: `rotate the key vault secret of ${svm}` }] },
    });
  refuseLacking(lacks(facts), `encrypt ${svm}`);
  const vault = `${given.url}/`;
  showVault(facts, p);
  if (array.plain.length > 0)
    p.show(
      "not encrypted",
      `${listed(array.plain)}: they stay as they are; only volumes made from now on can be encrypted, and these by a conversion of their own`,
      "warning",
    );
  p.warn(
    `From then on ${cluster.name} needs ${given.url}: when its nodes have not reached it for an hour, every encrypted volume of ${svm} goes offline.`,
  );
  const place = { cluster: cluster.name, svm };
  p.step.createKeyVault(
    {
      ...place,
      vault,
      keyId: `${given.url}/keys/${given.key}`,
      tenantId: given.tenantId,
      clientId: given.clientId,
      secret: { $secret: given.secret },
    },
    { handOff: handsOff(facts.inventory, cluster.name, "keyManagers") },
  );
  p.step.checkKeyVault({ ...place, vault });
}

function rotate(facts: Facts, p: Planner<typeof steps>): void {
  const { cluster, svm, given, array } = facts;
  const { vault } = array;
  if (!vault)
    throw new Refusal(`${svm} on ${cluster.name} has no key vault, so there is no secret to rotate.`, {
      next: "Nothing was changed.",
      detail: { choices: [{ label: "Give it one", say: `encrypt ${svm}` }] },
    });
  if (vault.vault.replace(/\/+$/, "").toLowerCase() !== given.url.toLowerCase() || vault.clientId !== given.clientId)
    throw new Refusal(
      `${svm} has the key vault ${vault.vault} as ${vault.clientId ?? "nobody"}, and the configuration says ${given.url} as ${given.clientId}: this secret is not for it.`,
      { next: "Nothing was changed. Correct keyVault in the configuration." },
    );
  refuseLacking(vaultLacks(facts), `rotate the key vault secret of ${svm}`);
  showVault(facts, p);
  if (array.encrypted.length > 0) p.show("their keys are there", listed(array.encrypted));
  p.warn("Sluice gives the secret it read when it was started: after changing it, restart Sluice first.");
  const place = { cluster: cluster.name, svm };
  p.step.setKeyVaultSecret({
    ...place,
    keyVault: vault.uuid,
    vault: vault.vault,
    clientId: given.clientId,
    secret: { $secret: given.secret },
  });
  p.step.checkKeyVault({ ...place, vault: vault.vault });
}

/** Every precondition that is not met, each a sentence of its own. */
function refuseLacking(sentences: readonly string[], say: string): void {
  if (sentences.length === 0) return;
  throw new Refusal(sentences.join(" "), {
    next: "Nothing was changed.",
    detail: { choices: [{ label: "Look again", say }] },
  });
}

function showVault({ given, azure, askedAt }: Facts, p: Planner<typeof steps>): void {
  const days = daysLeft(azure.secret?.expires, askedAt);
  p.show("vault", `${given.url}: soft delete, purge protection, Azure roles`);
  p.show("key", `${given.key}, ${azure.key?.type ?? "?"} of ${azure.key?.bits ?? "?"} bits`);
  p.show(
    "its secret ends",
    azure.secret?.expires?.slice(0, 10) ?? "nobody said when",
    days !== undefined && days < SOON_DAYS ? "warning" : undefined,
  );
  if (days !== undefined && days < SOON_DAYS)
    p.warn(
      `The secret ends on ${azure.secret?.expires?.slice(0, 10)}: rotate it before, or the volumes go offline an hour after.`,
    );
}

function closing(ended: readonly EndedStep[]): {
  sentences: readonly string[];
  choices: readonly { label: string; say: string }[];
} {
  const rotated = ended.some((step) => step.uses === "setKeyVaultSecret");
  return {
    sentences: [
      rotated
        ? "The array has the new secret and reaches the vault with it. Take the old one away in Azure."
        : "Volumes made in it from now on can be encrypted. The nodes must go on reaching the vault.",
    ],
    choices: [],
  };
}
