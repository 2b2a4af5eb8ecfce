import { IANAZone } from "luxon";
import { z } from "zod";
import { durationMs } from "../core/units.js";
import { writeFamilies, type WriteFamily } from "./families.js";

/** The shapes a person writes. Each section and each entry of a list is checked by itself, so that one mistake hides no other. */

const text = z.string().trim().min(1, "is empty");
const word = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]*$/, "should be one word of letters, digits, dots, dashes and underscores");
const positive = z.number().int().min(1);
const origin = z
  .url({ protocol: /^https?$/, error: "should be a URL such as https://10.7.0.5" })
  .transform((url) => url.replace(/\/+$/, ""));
const httpsOrigin = origin.refine((url) => url.startsWith("https://"), "should begin with https://");
const zone = z
  .string()
  .refine((name) => IANAZone.isValidZone(name), "is no time zone of the IANA list, such as America/New_York");
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "should be a time of day such as 22:00");
const duration = z.string().refine((iso) => {
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
const cron = z.string().refine(isCron, 'should be a cron line of five fields, such as "0 7 * * *"');

const mountPoint = z
  .string()
  .regex(/^(\/[A-Za-z0-9][\w.-]*)+$/, "should be an absolute path without spaces, such as /epic/trn");
const sha256Fingerprint = z
  .string()
  .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, "should be the host key's fingerprint as ssh-keygen -lf prints it: SHA256:…");
const wwpn = z
  .string()
  .regex(/^([0-9a-f]{2}:){7}[0-9a-f]{2}$/i, "should be eight bytes in hex with colons between them");
const iqn = z
  .string()
  .regex(
    /^(iqn\.\d{4}-\d{2}\.[a-z0-9.-]+(:.+)?|eui\.[0-9a-f]{16})$/i,
    "should be an iSCSI name, such as iqn.1994-05.com.redhat:host",
  );
const channelId = z
  .string()
  .regex(/^[CG][A-Z0-9]{2,}$/, "should be a Slack channel id (C0…), not a name: names change");
const guid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "should be a GUID");

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

const volumeRef = z.strictObject({ cluster: word, svm: word, volume: word });

const azureName = z
  .string()
  .regex(/^[A-Za-z0-9][\w.()-]{0,88}[\w()]$/, "should be a name as Azure takes it: letters, digits, dots, dashes");
const vmSize = z
  .string()
  .regex(/^Standard_[A-Z]\d+[a-z]*_v\d$/, "should be a VM size as Azure writes it, such as Standard_E8ds_v5");
const region = z.string().regex(/^[a-z]+[a-z0-9]*$/, "should be a region as Azure writes it, such as eastus2");
const vnet = z.strictObject({ resourceGroup: azureName, name: azureName });

/** Names and sizes as BlueXP takes them (reference C4). */
const cvoDeployment = z
  .strictObject({
    region,
    vnet,
    subnet: azureName,
    resourceGroup: azureName,
    svm: word,
    adminPassword: word,
    size: vmSize.default("Standard_E8ds_v5"),
    package: z.enum(["Essential", "Professional", "Freemium", "Edge", "Optimized"]).default("Professional"),
    saasSubscription: text.optional(),
    /** BlueXP's id of the NetApp support site account a new system is registered with: that brings its licence for volume encryption. */
    supportAccount: text.optional(),
    diskTb: z
      .union([z.literal(0.5), z.literal(1), z.literal(2), z.literal(4), z.literal(8), z.literal(16), z.literal(32)], {
        error: "should be a disk's size in TB: 0.5, 1, 2, 4, 8, 16 or 32",
      })
      .default(8),
    storage: z.enum(["Premium_LRS", "StandardSSD_LRS", "Standard_LRS", "Premium_ZRS"]).default("Premium_LRS"),
    encryptionKey: z.strictObject({ vault: azureName, key: azureName, identity: text.optional() }).optional(),
    zones: z.array(z.number().int().min(1).max(3)).max(2).default([]),
    tags: z.record(z.string(), z.string()).default({}),
  })
  .refine((deploy) => !["Edge", "Optimized"].includes(deploy.package) || deploy.saasSubscription !== undefined, {
    path: ["saasSubscription"],
    error: "is missing: the packages Edge and Optimized are bought by a marketplace subscription",
  });

const connectorDeployment = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{1,40}[A-Za-z0-9]$/, "should be letters, digits and dashes, as a VM is named"),
  company: text,
  region,
  resourceGroup: azureName,
  vnet,
  subnet: azureName,
  size: vmSize.default("Standard_D8s_v3"),
  adminUser: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,30}$/, "should be a Linux user's name")
    .default("connector"),
  adminKey: z.string().regex(/^ssh-(rsa|ed25519) [A-Za-z0-9+/=]+( .*)?$/, "should be an SSH public key"),
});

const oneWay = (way: {
  user?: unknown;
  password?: unknown;
  certificate?: unknown;
  key?: unknown;
  pkcs12?: unknown;
}): boolean => {
  const byPassword = Boolean(way.user && way.password);
  const byPem = Boolean(way.certificate && way.key);
  const parts = [way.user ?? way.password, way.certificate ?? way.key, way.pkcs12].filter((part) => part !== undefined);
  return parts.length === 1 && (byPassword || byPem || way.pkcs12 !== undefined);
};
const login = z
  .strictObject({
    user: text.optional(),
    password: secretRef.optional(),
    certificate: secretRef.optional(),
    key: secretRef.optional(),
    pkcs12: secretRef.optional(),
    passphrase: secretRef.optional(),
  })
  .refine(oneWay, { error: "should be { user, password }, { certificate, key } or { pkcs12 }" });

const ipv4 = z.ipv4({ error: "should be an IPv4 address" });
const network = z.cidrv4({ error: "should be a network, such as 10.8.0.0/24" });

/** Where replication runs on a cluster: what connect-clusters makes, or finds and leaves. */
const intercluster = z
  .strictObject({
    ipspace: word.default("Default"),
    broadcastDomain: word.default("Default"),
    mtu: z.number().int().min(68).max(9000).default(1500),
    /** Tag; absent: the ports themselves. */
    vlan: z.number().int().min(1).max(4094).optional(),
    interfaces: z
      .array(
        z.strictObject({
          name: word,
          node: word,
          port: word,
          address: ipv4,
          prefix: z.number().int().min(1).max(32).default(24),
        }),
      )
      .default([]),
    gateway: ipv4.optional(),
    remoteNetworks: z.array(network).default([]),
  })
  .refine((each) => each.remoteNetworks.length === 0 || each.gateway !== undefined, {
    path: ["gateway"],
    error: "is missing: remoteNetworks are reached by one",
    when: ({ value }) => isRecord(value) && Array.isArray(value["remoteNetworks"]),
  })
  .refine((each) => each.ipspace === "Default" || each.broadcastDomain !== "Default", {
    path: ["broadcastDomain"],
    error: "is missing: an IPspace of its own has a broadcast domain of its own",
    when: ({ value }) => isRecord(value),
  });

const vaultUrl = z
  .string()
  .regex(
    /^https:\/\/[a-z0-9-]{3,24}\.vault\.[a-z.]+$/i,
    "should be a key vault, such as https://kv-epic.vault.azure.net",
  );
const vaultWord = z.string().regex(/^[0-9A-Za-z-]{1,127}$/, "should be a name of letters, digits and dashes");
const subnetId = z
  .string()
  .regex(
    /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/virtualNetworks\/[^/]+\/subnets\/[^/]+$/i,
    "should be the full id of a subnet",
  );
const keyVault = z.strictObject({
  url: vaultUrl,
  key: vaultWord,
  tenantId: text.optional(),
  clientId: text,
  principalId: text,
  secret: word,
  secretName: vaultWord,
  subnet: subnetId.optional(),
});

/** What a login of one SVM may not do, unless the file says otherwise: an SVM's administrator has no cluster settings (reference 1.2). */
const beyondAnSvm: readonly WriteFamily[] = ["network", "clusterPeers", "schedules", "keyManagers"];

export const clusterSchema = z
  .strictObject({
    name: word,
    url: httpsOrigin,
    ca: pem.optional(),
    insecure: z.boolean().default(false),
    login,
    scope: z.enum(["cluster", "svm"]).default("cluster"),
    svm: word.optional(),
    profile: z.enum(["onprem", "cvo-ha", "cvo-single"]).default("onprem"),
    handOff: z.array(z.enum(writeFamilies)).optional(),
    intercluster: intercluster.optional(),
    deploy: cvoDeployment.optional(),
    keyVault: keyVault.optional(),
    maxInFlight: positive.max(64).default(8),
    timeoutMs: positive.max(300_000).default(30_000),
  })
  .refine((cluster) => cluster.scope !== "svm" || cluster.svm !== undefined, {
    path: ["svm"],
    error: 'is missing: a login of scope "svm" belongs to one',
    when: ({ value }) => isRecord(value) && value["scope"] === "svm",
  })
  .transform((cluster) => ({ ...cluster, handOff: cluster.handOff ?? (cluster.scope === "svm" ? beyondAnSvm : []) }));

const layout = z.strictObject({
  volumeGroups: z
    .array(
      z.strictObject({
        name: word,
        volumes: z.array(word).min(1).optional(),
        logicalVolumes: z
          .array(z.strictObject({ name: word, mountPoint, fileSystem: z.enum(["xfs", "ext4"]).default("xfs") }))
          .min(1),
      }),
    )
    .min(1),
});

const howFrozen = {
  host: word.optional(),
  resumeAfterSeconds: positive.min(20).max(590).default(120),
};
/** IRIS itself suspends updates after ten minutes: a freeze ends before that. */
const freeze = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("iris"),
    instance: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, "should be the name of an IRIS instance, such as EPICPRD"),
    user: z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, "should be the account that owns the instance, such as irisusr"),
    ...howFrozen,
  }),
  z.strictObject({
    kind: z.literal("command"),
    freeze: text,
    thaw: text,
    check: text.optional(),
    ...howFrozen,
  }),
  z.strictObject({ kind: z.literal("xfs_freeze"), ...howFrozen }),
]);

export const setSchema = z.strictObject({
  name: word,
  aliases: z.array(text).default([]),
  environment: z.enum(["production", "dr", "clone", "infrastructure"]),
  members: z.array(z.strictObject({ source: volumeRef, mirror: volumeRef })).min(1, "names no volume"),
  layout,
  productionHosts: z.array(word).default([]),
  rpoTargetMinutes: positive,
  nightly: z.strictObject({
    pattern: text,
    label: word,
    cron,
    timeZone: zone.default("UTC"),
    graceMinutes: positive.default(60),
  }),
  freeze: freeze.optional(),
  adopt: z.array(z.strictObject({ pattern: text, label: word })).optional(),
  failover: z.strictObject({ snapshotPolicy: text.default("default") }).prefault({}),
  drill: z
    .strictObject({
      checks: z
        .array(
          z.strictObject({
            name: text,
            command: z
              .string()
              .max(1000)
              .regex(/^[ -~]+$/, "should be one line of a shell"),
            limitSeconds: positive.max(900).default(60),
            isolation: z.boolean().default(false),
          }),
        )
        .max(20)
        .default([]),
    })
    .prefault({}),
});

const purpose = z.strictObject({
  name: word,
  aliases: z.array(text).default([]),
  set: word.optional(),
  mountPoint,
  drillMountPoint: mountPoint.optional(),
  afterMount: text.optional(),
});

export const hostSchema = z
  .strictObject({
    name: word,
    aliases: z.array(text).default([]),
    reach: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("runCommand"), resourceGroup: word, vm: word }),
      z.strictObject({
        kind: z.literal("ssh"),
        address: text,
        port: positive.max(65535).default(22),
        user: word,
        sudo: z.boolean().default(false),
        hostKey: sha256Fingerprint,
        key: secretRef,
      }),
    ]),
    iqn: iqn.optional(),
    wwpns: z.array(wwpn).default([]),
    environment: z.enum(["production", "infrastructure"]),
    clearedForPatientData: z.boolean().default(false),
    purposes: z.array(purpose).default([]),
    hooks: z
      .strictObject({
        stop: text.optional(),
        start: text.optional(),
        ends: z
          .array(z.string().regex(/^[A-Za-z0-9_.+-]{1,32}$/, "should be a command's name, such as irisdb"))
          .default([]),
      })
      .prefault({}),
  })
  .refine((host) => host.environment !== "production" || host.purposes.length === 0, {
    path: ["purposes"],
    error: "a production host takes no clones, so it can have no purpose",
    when: ({ value }) => isRecord(value) && Array.isArray(value["purposes"]),
  })
  .refine((host) => host.purposes.length === 0 || host.iqn !== undefined || host.wwpns.length > 0, {
    path: ["iqn"],
    error: "is missing: a host with a purpose is given LUNs, so it needs an iqn or wwpns",
    when: ({ value }) => isRecord(value) && Array.isArray(value["purposes"]),
  });

export const slackSchema = z
  .strictObject({
    mode: z.enum(["socket", "http"]).default("socket"),
    team: z.string().regex(/^[TE][A-Z0-9]{2,}$/, "should be the workspace's id (T0…)"),
    channels: z.strictObject({ listen: z.array(channelId).default([]), health: channelId }),
    botToken: secretRef,
    appToken: secretRef.optional(),
    signingSecret: secretRef.optional(),
    apiUrl: origin.optional(),
    command: z
      .string()
      .regex(/^\/[a-z0-9_-]{1,31}$/, "should be a slash command, such as /sluice")
      .default("/sluice"),
  })
  .refine((slack) => slack.mode !== "socket" || slack.appToken !== undefined, {
    path: ["appToken"],
    error: "is missing: Socket Mode needs an app-level token (xapp-…)",
    when: ({ value }) => isRecord(value) && value["mode"] !== "http",
  })
  .refine((slack) => slack.mode !== "http" || slack.signingSecret !== undefined, {
    path: ["signingSecret"],
    error: "is missing: HTTP mode checks every request against it",
    when: ({ value }) => isRecord(value) && value["mode"] === "http",
  });

/** Sections that are one thing each; lists (clusters, sets, hosts) and the policy are checked entry by entry elsewhere. */
export const sectionSchemas = {
  mode: z.enum(["read-write", "read-only"]).default("read-write"),
  timeZone: zone.default("UTC"),
  purposes: z
    .strictObject({
      volumeGroupPrefix: z
        .string()
        .regex(/^[a-z][a-z0-9_]*$/)
        .default("vg_"),
    })
    .prefault({}),
  protection: z
    .strictObject({
      policy: z
        .strictObject({
          name: word.default("sluice_mirror"),
          retention: z
            .array(
              z.strictObject({
                label: z.string().regex(/^\S{1,31}$/, "should be a label of at most 31 characters"),
                count: positive.max(1019),
              }),
            )
            .min(1)
            .default([
              { label: "daily", count: 30 },
              { label: "sluice-safety", count: 5 },
            ]),
          compression: z.boolean().default(false),
        })
        .prefault({}),
      schedule: z
        .strictObject({
          name: word.default("sluice_15min"),
          minutes: z.array(z.number().int().min(0).max(59)).min(1).default([0, 15, 30, 45]),
          hours: z.array(z.number().int().min(0).max(23)).min(1).optional(),
        })
        .prefault({}),
      kbPerSecond: z.number().int().min(0).default(0),
      offPeak: z.strictObject({ from: timeOfDay, to: timeOfDay, timeZone: zone }).optional(),
      encrypted: z.boolean().default(true),
      tiering: z.enum(["none", "snapshot_only", "auto", "all"]).default("none"),
    })
    .prefault({}),
  leases: z
    .strictObject({
      default: duration.default("P7D"),
      max: duration.default("P30D"),
      safetyCopy: duration.default("P14D"),
    })
    .prefault({}),
  azure: z
    .strictObject({
      tenantId: guid,
      subscription: guid,
      credential: z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("clientSecret"), clientId: guid, secret: secretRef }),
        z.strictObject({ kind: z.literal("managedIdentity"), clientId: guid.optional() }),
        z.strictObject({ kind: z.literal("default") }),
      ]),
      endpoint: httpsOrigin.optional(),
      authorityHost: httpsOrigin.optional(),
      ca: pem.optional(),
    })
    .optional(),
  bluexp: z
    .strictObject({
      account: z.string().regex(/^account-\w+$/, "should be the account's id, such as account-AbCd1234"),
      workspace: z
        .string()
        .regex(/^workspace-\w+$/, "should be the workspace's id, such as workspace-AbCd1234")
        .optional(),
      login: z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("serviceAccount"), clientId: text, secret: secretRef }),
        z.strictObject({ kind: z.literal("refreshToken"), token: secretRef }),
      ]),
      connector: z
        .string()
        .regex(/^\w{8,64}$/, "should be the Connector's client id")
        .refine((id) => !id.endsWith("clients"), 'should be the id without "clients" behind it')
        .optional(),
      deploy: connectorDeployment.optional(),
      url: httpsOrigin.optional(),
      tokenUrl: httpsOrigin.optional(),
      ca: pem.optional(),
    })
    .optional(),
  slack: slackSchema,
  redis: z
    .strictObject({
      url: z
        .string()
        .regex(/^(rediss?|unix):\/\//, "should be redis://HOST:PORT or rediss://HOST:PORT")
        .refine(
          (url) => !/\/\/[^/@]*:[^/@]+@/.test(url),
          "carries a password: give such a URL by the environment, as REDIS_URL",
        )
        .optional(),
      prefix: word.default("sluice"),
    })
    .prefault({}),
  digest: z
    .strictObject({ cron, timeZone: zone.optional(), channel: channelId.optional() })
    .prefault({ cron: "0 7 * * *" }),
  http: z
    .strictObject({ host: text.default("127.0.0.1"), port: z.number().int().min(0).max(65535).default(8701) })
    .prefault({}),
  limits: z
    .strictObject({
      concurrentRuns: positive.max(100).default(8),
      openRequestsPerPerson: positive.max(100).default(10),
    })
    .prefault({}),
  secrets: z.record(word, secretRef).default({}),
} as const;

export const listSchemas = { clusters: clusterSchema, sets: setSchema, hosts: hostSchema } as const;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
