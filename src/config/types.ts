import type { OffPeak } from "../core/off-peak.js";
import type { Policy } from "../approvals/policy.js";
import type { WriteFamily } from "./families.js";

export type { WriteFamily } from "./families.js";

/**
 * The configuration as the program sees it: checked, complete, frozen. What a person writes is in `schema.ts`;
 * only `load.ts` makes one of these. Secrets are never in it, only where to find them.
 */
export interface Config {
  /** "read-only": plans are shown, every write is refused. */
  readonly mode: "read-write" | "read-only";
  /** IANA zone for dates in sentences when the asker's own is not known, and for schedules that name none. */
  readonly timeZone: string;
  readonly clusters: readonly ClusterConfig[];
  readonly sets: readonly SetConfig[];
  readonly hosts: readonly HostConfig[];
  readonly purposes: PurposeDefaults;
  readonly leases: LeaseConfig;
  readonly protection: ProtectionConfig;
  readonly azure?: AzureConfig;
  readonly bluexp?: BluexpConfig;
  readonly slack: SlackConfig;
  readonly redis: RedisConfig;
  readonly digest: DigestConfig;
  readonly policy: Policy;
  readonly http: HttpConfig;
  readonly limits: LimitConfig;
  /** Secrets that steps and the product itself name: `{ $secret: "name" }`. */
  readonly secrets: Readonly<Record<string, SecretRef>>;
}

/** Where a secret is. The value itself is read once at start by `resolveSecrets`. */
export type SecretRef = { readonly env: string } | { readonly keyVault: string } | { readonly file: string };

export interface VolumeRef {
  readonly cluster: string;
  readonly svm: string;
  readonly volume: string;
}

export type ClusterLogin =
  | { readonly user: string; readonly password: SecretRef }
  /** PEM. The certificate's CN is the array's user name. */
  | { readonly certificate: SecretRef; readonly key: SecretRef; readonly passphrase?: SecretRef }
  /** Certificate and key in one file (PKCS#12): base64, as Azure Key Vault gives it, or a file as it is. */
  | { readonly pkcs12: SecretRef; readonly passphrase?: SecretRef };

/** An Azure Key Vault for the keys of encrypted volumes (not the disks' own encryption). */
export interface KeyVaultConfig {
  /** `https://kv-epic.vault.azure.net` */
  readonly url: string;
  /** Name of the key in it. */
  readonly key: string;
  /** Absent: azure.tenantId. */
  readonly tenantId?: string;
  /** Application the array signs in as, and the object id of its service principal. */
  readonly clientId: string;
  readonly principalId: string;
  /** Name in the `secrets` section. */
  readonly secret: string;
  /** Its name in that vault, where its expiry date stands. */
  readonly secretName: string;
  /** Full id of the subnet the nodes lie in. */
  readonly subnet?: string;
}

/** Where a cluster's replication runs. On CVO interfaces are BlueXP's to make: there only gateway and networks are said, unless it has a network of its own. */
export interface InterclusterConfig {
  readonly ipspace: string;
  readonly broadcastDomain: string;
  readonly mtu: number;
  /** VLAN tag over each interface's port; absent: the port itself. */
  readonly vlan?: number;
  /** One per node that takes part; two nodes of many are enough where the mirrored volumes live on them. */
  readonly interfaces: readonly {
    readonly name: string;
    readonly node: string;
    readonly port: string;
    readonly address: string;
    /** Length of the network's prefix, in bits. */
    readonly prefix: number;
  }[];
  /** The next hop to the other cluster's networks; absent: they are the same network, or a route is there. */
  readonly gateway?: string;
  /** `10.8.0.0/24`: where the other cluster's intercluster interfaces are. */
  readonly remoteNetworks: readonly string[];
}

export interface ClusterConfig {
  readonly name: string;
  /** https origin of the cluster's (or the SVM's) management LIF. */
  readonly url: string;
  /** PEM of the authority that signed the cluster's certificate; absent: the system's authorities. */
  readonly ca?: string;
  /** Certificate is not checked. Only for a laboratory; doctor warns. */
  readonly insecure: boolean;
  readonly login: ClusterLogin;
  readonly scope: "cluster" | "svm";
  /** The SVM an `scope: "svm"` login belongs to. */
  readonly svm?: string;
  readonly profile: "onprem" | "cvo-ha" | "cvo-single";
  /** What this login may not do there: such steps are done by a person who may. */
  readonly handOff: readonly WriteFamily[];
  readonly intercluster?: InterclusterConfig;
  /** CVO: how it is deployed; absent: it was made by somebody else. */
  readonly deploy?: CvoDeployment;
  /** Where the keys of its SVMs' volumes are to be, and as whom it goes there. */
  readonly keyVault?: KeyVaultConfig;
  /** Calls under way at once, reads and writes together; 8 unless said. */
  readonly maxInFlight: number;
  readonly timeoutMs: number;
}

export interface LogicalVolumeConfig {
  readonly name: string;
  readonly mountPoint: string;
  readonly fileSystem: "xfs" | "ext4";
}
export interface VolumeGroupConfig {
  readonly name: string;
  /** Names of the set's source volumes its LUNs are in; absent: all of them, where it is the set's only group. */
  readonly volumes?: readonly string[];
  readonly logicalVolumes: readonly LogicalVolumeConfig[];
}

/** The volumes of one database. */
export interface SetConfig {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly environment: "production" | "dr" | "clone" | "infrastructure";
  /** One per volume: where it lives and where its mirror is. */
  readonly members: readonly { readonly source: VolumeRef; readonly mirror: VolumeRef }[];
  /** As the production host sees it. */
  readonly layout: { readonly volumeGroups: readonly VolumeGroupConfig[] };
  readonly productionHosts: readonly string[];
  readonly rpoTargetMinutes: number;
  readonly nightly: NightlyConfig;
  /** How its application is made to hold still for a snapshot; absent: it cannot be. */
  readonly freeze?: FreezeConfig;
  /** Snapshots other tools take, and the label by which the mirror is to take them along. `*` stands for anything. */
  readonly adopt?: readonly { readonly pattern: string; readonly label: string }[];
  readonly failover: {
    /** Name of the snapshot policy its mirror's volumes get while they are the productive copy. */
    readonly snapshotPolicy: string;
  };
  readonly drill: { readonly checks: readonly DrillCheck[] };
}

export type FreezeConfig = {
  /** Absent: the production host that has the set mounted. */
  readonly host?: string;
  /** The host thaws by itself after that many seconds. */
  readonly resumeAfterSeconds: number;
} & (
  | {
      readonly kind: "iris";
      readonly instance: string;
      /** The account that owns the instance. */
      readonly user: string;
    }
  | {
      readonly kind: "command";
      readonly freeze: string;
      readonly thaw: string;
      /** Exits 0 while it is frozen. */
      readonly check?: string;
    }
  | { readonly kind: "xfs_freeze" }
);

export interface NightlyConfig {
  /** Name pattern; `*` stands for anything: `nightly.*`. */
  readonly pattern: string;
  /** SnapMirror label. */
  readonly label: string;
  /** When it is due. */
  readonly cron: string;
  readonly timeZone: string;
  /** How long after it is due a night counts as missing. */
  readonly graceMinutes: number;
}

/** A command a drill runs on its host once everything is mounted. Exit 0 is good. */
export interface DrillCheck {
  readonly name: string;
  readonly command: string;
  readonly limitSeconds: number;
  /** It proves that the drill's host cannot reach production. */
  readonly isolation: boolean;
}

export interface HostConfig {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly reach:
    | { readonly kind: "runCommand"; readonly resourceGroup: string; readonly vm: string }
    | {
        readonly kind: "ssh";
        readonly address: string;
        readonly port: number;
        readonly user: string;
        /** The user is not root: scripts run by `sudo -n`. */
        readonly sudo: boolean;
        /** `SHA256:…`, as `ssh-keygen -lf` prints it. */
        readonly hostKey: string;
        readonly key: SecretRef;
      };
  readonly iqn?: string;
  readonly wwpns: readonly string[];
  readonly environment: "production" | "infrastructure";
  readonly clearedForPatientData: boolean;
  readonly purposes: readonly HostPurpose[];
  /** Shell commands that stop and start the application; used by restore, never by a clone. */
  readonly hooks: {
    readonly stop?: string;
    readonly start?: string;
    /** Commands whose open files the stop hook ends; anybody else's hold a restore up. */
    readonly ends: readonly string[];
  };
}

export interface HostPurpose {
  /** "training", "testing", "reporting", "backup", "failover". */
  readonly name: string;
  readonly aliases: readonly string[];
  /** The set it is meant for; absent: any. */
  readonly set?: string;
  readonly mountPoint: string;
  /** Where drills mount, if this purpose does drills. */
  readonly drillMountPoint?: string;
  /** Shell command run on the host after the mount; nothing is started without one. */
  readonly afterMount?: string;
}

export interface PurposeDefaults {
  /** Volume group names on the host are this plus the clone's name. */
  readonly volumeGroupPrefix: string;
}

/** How a set is protected unless the request says otherwise. */
export interface ProtectionConfig {
  /** Made on both clusters where the logins may; one of that name must say the same. */
  readonly policy: {
    readonly name: string;
    readonly retention: readonly { readonly label: string; readonly count: number }[];
    readonly compression: boolean;
  };
  /** A cron schedule of the destination's cluster; every hour unless said. */
  readonly schedule: { readonly name: string; readonly minutes: readonly number[]; readonly hours?: readonly number[] };
  /** KB/s of 1024 bytes; 0 is no limit. */
  readonly kbPerSecond: number;
  /** A first transfer has no limit then. */
  readonly offPeak?: OffPeak;
  /** Are the copies encrypted whatever the source is? */
  readonly encrypted: boolean;
  readonly tiering: "none" | "snapshot_only" | "auto" | "all";
}

/** ISO-8601 durations. */
export interface LeaseConfig {
  readonly default: string;
  readonly max: string;
  readonly safetyCopy: string;
}

export interface AzureConfig {
  readonly tenantId: string;
  readonly subscription: string;
  readonly credential:
    | { readonly kind: "clientSecret"; readonly clientId: string; readonly secret: SecretRef }
    | { readonly kind: "managedIdentity"; readonly clientId?: string }
    | { readonly kind: "default" };
  /** ARM origin; absent: Azure's public cloud. */
  readonly endpoint?: string;
  readonly authorityHost?: string;
  /** PEM for endpoint and authority. */
  readonly ca?: string;
}

/** BlueXP (NetApp Console), through which Cloud Volumes ONTAP is deployed, started and stopped. */
export interface BluexpConfig {
  /** `account-XXXXXXXX` */
  readonly account: string;
  /** `workspace-XXXXXXXX`; absent: the account's only one. */
  readonly workspace?: string;
  readonly login:
    | { readonly kind: "serviceAccount"; readonly clientId: string; readonly secret: SecretRef }
    | { readonly kind: "refreshToken"; readonly token: SecretRef };
  /** Client id of the Connector that manages the systems; absent: the one Sluice deployed. */
  readonly connector?: string;
  /** Where deploy-connector puts one. */
  readonly deploy?: ConnectorDeployment;
  /** API origin; absent: https://api.bluexp.netapp.com. */
  readonly url?: string;
  readonly tokenUrl?: string;
  readonly ca?: string;
}

export interface VnetConfig {
  readonly resourceGroup: string;
  readonly name: string;
}

export interface ConnectorDeployment {
  readonly name: string;
  readonly company: string;
  readonly region: string;
  readonly resourceGroup: string;
  readonly vnet: VnetConfig;
  readonly subnet: string;
  /** Azure's name of the VM size. */
  readonly size: string;
  readonly adminUser: string;
  /** An SSH public key; the machine takes no password. */
  readonly adminKey: string;
}

/** How a cluster that is a CVO is deployed. */
export interface CvoDeployment {
  readonly region: string;
  readonly vnet: VnetConfig;
  readonly subnet: string;
  /** Its own: made with it, and gone with it. */
  readonly resourceGroup: string;
  readonly svm: string;
  /** Name of an entry of `secrets`: what the cluster's admin gets. */
  readonly adminPassword: string;
  readonly size: string;
  readonly package: "Essential" | "Professional" | "Freemium" | "Edge" | "Optimized";
  readonly saasSubscription?: string;
  /** BlueXP's id of the NetApp support site account a new system is registered with. */
  readonly supportAccount?: string;
  /** Of the marketplace offer netapp-ontap-cloud, whose terms have to be accepted; default: that of the profile. */
  readonly marketplacePlan?: string;
  /** The first aggregate's disk, in TB as Azure sells them. */
  readonly diskTb: number;
  readonly storage: "Premium_LRS" | "StandardSSD_LRS" | "Standard_LRS" | "Premium_ZRS";
  /** A customer's key for disk encryption; absent: Azure's own. */
  readonly encryptionKey?: { readonly vault: string; readonly key: string; readonly identity?: string };
  /** HA over two zones, or the one zone of a single node. */
  readonly zones: readonly number[];
  readonly tags: Readonly<Record<string, string>>;
}

export interface SlackConfig {
  readonly mode: "socket" | "http";
  /** The installed workspace. People of another one are strangers. */
  readonly team: string;
  readonly channels: {
    /** Plain messages here are read; anywhere else mention, slash command or direct message. */
    readonly listen: readonly string[];
    readonly health: string;
  };
  readonly botToken: SecretRef;
  /** Socket mode only. */
  readonly appToken?: SecretRef;
  /** HTTP mode only. */
  readonly signingSecret?: SecretRef;
  /** Absent: Slack itself. */
  readonly apiUrl?: string;
  readonly command: string;
}

export interface RedisConfig {
  /** From REDIS_URL, else the file; absent: a private server is looked for. */
  readonly url?: string;
  readonly prefix: string;
}

export interface DigestConfig {
  readonly cron: string;
  readonly timeZone: string;
  readonly channel: string;
}

export interface HttpConfig {
  readonly host: string;
  readonly port: number;
}

export interface LimitConfig {
  /** Runs executing at once, all workers of one process. */
  readonly concurrentRuns: number;
  /** Open requests one person may have. */
  readonly openRequestsPerPerson: number;
}
