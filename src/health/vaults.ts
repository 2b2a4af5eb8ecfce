import { renewSecret, secretEnd } from "../core/key-vault.js";
import { listed } from "../core/listed.js";
import { showDuration, showTime } from "../core/units.js";
import { type Finding, type FindingKind, type Severity } from "./finding.js";
import type { KeyVaultHealth } from "./vaultView.js";

const DAY_MS = 86_400_000;
/** Nodes ask every 15 minutes; after four misses the volumes go offline (reference: NetApp, task-azure-key-vault). */
export const VAULT_PATIENCE_MS = 3_600_000;
/** A secret that ends sooner than this is bad. */
const VERY_SOON_MS = 7 * DAY_MS;
/** More names than this help nobody. */
const MOST_NAMES = 6;

/** Key vaults the nodes cannot use, and secrets that end: an hour without the vault takes volumes offline, so these come first. */
export function vaultFindings(vaults: readonly KeyVaultHealth[], now: number, timeZone: string): Finding[] {
  return vaults.flatMap((vault) => [...reachFindings(vault, now, timeZone), ...secretFindings(vault, now)]);
}

const finding = (
  kind: FindingKind,
  severity: Severity,
  word: string,
  says: string,
  choices: Finding["choices"] = [],
  weight = 0,
): Finding => ({ kind, severity, word, says, weight, choices });

function reachFindings(vault: KeyVaultHealth, now: number, timeZone: string): Finding[] {
  const { cluster, svm, problems } = vault;
  const whose = `${svm} on ${cluster}`;
  if (!problems.ok) {
    const says = `Whether the nodes of ${cluster} reach the key vault ${vault.vault} of ${svm} is not known: ${problems.why}`;
    return [finding("keyVaultUnknown", "warning", "key vault not seen", says)];
  }
  if (problems.is.length === 0) return [];
  const why = problems.is.map(
    ({ code, message }) => `${message.replace(/\.$/, "")}${code === undefined ? "" : ` (${code})`}.`,
  );
  const encrypted = vault.volumes.ok ? vault.volumes.is.encrypted.length : 0;
  const says = [
    `KEY VAULT LOST: ${whose} cannot use ${vault.vault}: ${[...new Set(why)].join(" ")}`,
    ending(vault, now, timeZone),
    "Look at once whether its client secret has ended, whether the key is enabled, and whether the nodes' subnet, name servers and routes still lead to the vault and to login.microsoftonline.com.",
  ].join(" ");
  return [finding("keyVaultLost", "bad", "KEY VAULT LOST", says, [rotate(svm)], encrypted)];
}

const rotate = (svm: string): { label: string; say: string } => ({
  label: `Give ${svm} its new secret`,
  say: `rotate the key vault secret of ${svm}`,
});

/** What an hour without it does, or has done. */
function ending({ volumes, lostSince }: KeyVaultHealth, now: number, timeZone: string): string {
  if (!volumes.ok) return "An hour without it takes every encrypted volume of the SVM OFFLINE.";
  const { encrypted, offline } = volumes.is;
  if (encrypted.length === 0) return "No volume is encrypted by it yet.";
  const gone = offline.length === 0 ? "" : ` ${named(offline)} ${offline.length === 1 ? "is" : "are"} OFFLINE already.`;
  const still = encrypted.filter((each) => !offline.includes(each));
  if (still.length === 0) return gone.trim();
  const go = `${named(still)} ${still.length === 1 ? "goes" : "go"} OFFLINE`;
  if (lostSince === undefined) return `${go} when the nodes have not reached it for an hour.${gone}`;
  const latest = Date.parse(lostSince) + VAULT_PATIENCE_MS;
  const seen = `So since ${showTime(lostSince, timeZone)} or before (${showDuration(Math.max(0, now - Date.parse(lostSince)))})`;
  return latest > now
    ? `${seen}: ${go} by ${showTime(new Date(latest).toISOString(), timeZone)}, an hour after.${gone}`
    : `${seen}: the hour is over, and ${go} any moment.${gone}`;
}

function named(volumes: readonly string[]): string {
  const more = volumes.length - MOST_NAMES;
  return more > 0 ? `${volumes.slice(0, MOST_NAMES).join(", ")} and ${more} more` : listed(volumes);
}

function secretFindings(vault: KeyVaultHealth, now: number): Finding[] {
  const { cluster, svm, secret, secretName } = vault;
  const whose = `${svm} on ${cluster}`;
  if (secret === undefined) {
    const says = `${whose} has its keys in ${vault.vault}, and the configuration does not name that vault for ${cluster}: nobody sees coming when its client secret ends.`;
    return [finding("keySecretUnknown", "warning", "secret unknown", says)];
  }
  const unknown = (why: string): Finding[] => [
    finding(
      "keySecretUnknown",
      "warning",
      "secret unknown",
      `When the client secret ends with which ${whose} opens ${vault.vault} is not known: ${why}`,
    ),
  ];
  if (!secret.ok) return unknown(secret.why);
  const it = `the client secret that opens ${vault.vault}`;
  const end = secretEnd(secret.is, secretName ?? "?", it, now);
  if (end.state === "unknown") return unknown(end.why);
  const choices = [rotate(svm)];
  if (end.state === "ended") {
    const says = `SECRET ENDED for ${whose}: ${end.says}. An hour after the vault refuses it, its encrypted volumes go OFFLINE. ${renewSecret}`;
    return [finding("keySecretEnded", "bad", "SECRET ENDED", says, choices, -end.leftMs)];
  }
  if (end.state === "later") return [];
  const says = `${whose}: ${end.says}. An hour after that its encrypted volumes go offline. ${renewSecret}`;
  const severity = end.leftMs <= VERY_SOON_MS ? "bad" : "warning";
  return [finding("keySecretEnding", severity, "secret ends", says, choices, -end.leftMs)];
}
