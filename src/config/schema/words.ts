import { IANAZone } from "luxon";
import { z } from "zod";
import { durationMs } from "../../core/units.js";

// The words a configuration is made of: each is one kind of value, with the sentence that says what it should be.

export const text = z.string().trim().min(1, "is empty");
export const word = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]*$/, "should be one word of letters, digits, dots, dashes and underscores");
export const positive = z.number().int().min(1);
export const origin = z
  .url({ protocol: /^https?$/, error: "should be a URL such as https://10.7.0.5" })
  .transform((url) => url.replace(/\/+$/, ""));
export const httpsOrigin = origin.refine((url) => url.startsWith("https://"), "should begin with https://");
export const zone = z
  .string()
  .refine((name) => IANAZone.isValidZone(name), "is no time zone of the IANA list, such as America/New_York");
export const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "should be a time of day such as 22:00");
export const duration = z.string().refine((iso) => {
  try {
    return durationMs(iso) > 0;
  } catch {
    return false;
  }
}, "should be an ISO-8601 duration, such as P7D or PT12H");

const cronField = /^(\*|\d{1,2}(-\d{1,2})?(,\d{1,2}(-\d{1,2})?)*)(\/\d{1,2})?$/;
const cronLimits: readonly (readonly [number, number])[] = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
];
function isCron(expression: string): boolean {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== 5) return false;
  return fields.every((field, i) => {
    const [low, high] = cronLimits[i] as readonly [number, number];
    const numbers = (field.split("/")[0] as string).match(/\d+/g) ?? [];
    return cronField.test(field) && numbers.every((n) => Number(n) >= low && Number(n) <= high);
  });
}
export const cron = z.string().refine(isCron, 'should be a cron line of five fields, such as "0 7 * * *"');

export const mountPoint = z
  .string()
  .regex(/^(\/[A-Za-z0-9][\w.-]*)+$/, "should be an absolute path without spaces, such as /epic/trn");
export const sha256Fingerprint = z
  .string()
  .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, "should be the host key's fingerprint as ssh-keygen -lf prints it: SHA256:…");
export const wwpn = z
  .string()
  .regex(/^([0-9a-f]{2}:){7}[0-9a-f]{2}$/i, "should be eight bytes in hex with colons between them");
export const iqn = z
  .string()
  .regex(
    /^(iqn\.\d{4}-\d{2}\.[a-z0-9.-]+(:.+)?|eui\.[0-9a-f]{16})$/i,
    "should be an iSCSI name, such as iqn.1994-05.com.redhat:host",
  );
export const channelId = z
  .string()
  .regex(/^[CG][A-Z0-9]{2,}$/, "should be a Slack channel id (C0…), not a name: names change");
export const guid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "should be a GUID");

const noSecretHere =
  "says where the secret is: { env: NAME }, { keyVault: https://VAULT.vault.azure.net/secrets/NAME } or { file: PATH }; the secret itself never belongs in this file";
export const secretRef = z.union(
  [
    z.strictObject({ env: z.string().regex(/^[A-Za-z_]\w*$/) }),
    z.strictObject({ keyVault: z.string().regex(/^https:\/\/[^/\s]+\/secrets\/[A-Za-z0-9-]+(\/[0-9a-f]+)?$/) }),
    z.strictObject({ file: z.string().min(1) }),
  ],
  { error: noSecretHere },
);

/** PEM text, or the file it is in (beside the configuration). */
export const pem = z.union(
  [z.string().regex(/^\s*-----BEGIN CERTIFICATE-----/), z.strictObject({ file: z.string().min(1) })],
  {
    error: "should be a certificate in PEM, or { file: PATH } of one",
  },
);

export const volumeRef = z.strictObject({ cluster: word, svm: word, volume: word });

export const azureName = z
  .string()
  .regex(/^[A-Za-z0-9][\w.()-]{0,88}[\w()]$/, "should be a name as Azure takes it: letters, digits, dots, dashes");
export const vmSize = z
  .string()
  .regex(/^Standard_[A-Z]\d+[a-z]*_v\d$/, "should be a VM size as Azure writes it, such as Standard_E8ds_v5");
export const region = z.string().regex(/^[a-z]+[a-z0-9]*$/, "should be a region as Azure writes it, such as eastus2");
export const vnet = z.strictObject({ resourceGroup: azureName, name: azureName });

/** A mapping, as YAML gives it. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
