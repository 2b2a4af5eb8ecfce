import { z } from "zod";
import { writeFamilies, type WriteFamily } from "../families.js";
import { cvoDeployment } from "./deployments.js";
import { httpsOrigin, isRecord, pem, positive, secretRef, text, word } from "./words.js";

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
