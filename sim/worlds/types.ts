/** The facts of a demo world, as plain data. Each simulator builds its own state from the part that concerns it. */

export interface WorldLif {
  readonly name: string;
  readonly address: string;
  readonly node: string;
  readonly port: string;
  readonly kind: "iscsi" | "fc" | "intercluster" | "management";
  /** Absent: cluster scope. */
  readonly svm?: string;
  /** Only for `kind: "fc"`. */
  readonly wwpn?: string;
}

export interface WorldLun {
  readonly name: string;
  readonly sizeBytes: number;
}

export interface WorldVolume {
  readonly name: string;
  readonly svm: string;
  readonly type: "rw" | "dp";
  readonly sizeBytes: number;
  readonly aggregate: string;
  readonly encrypted: boolean;
  readonly luns: readonly WorldLun[];
  /** Layout of the database's file system over the LUNs; the host simulator formats the disks so. */
  readonly layout?: { readonly volumeGroup: string; readonly logicalVolume: string; readonly fileSystem: "xfs" };
}

export interface WorldIgroup {
  readonly name: string;
  readonly svm: string;
  readonly protocol: "iscsi" | "fcp";
  readonly initiators: readonly string[];
  /** LUN paths and their numbers. */
  readonly maps: readonly { readonly lun: string; readonly number: number }[];
}

export interface WorldMirror {
  readonly source: { readonly cluster: string; readonly svm: string; readonly volume: string };
  readonly destination: { readonly cluster: string; readonly svm: string; readonly volume: string };
  readonly policy: string;
  readonly schedule: string;
}

export interface WorldCluster {
  readonly name: string;
  readonly platform: "onprem" | "cvo-ha" | "cvo-single";
  readonly release: { readonly generation: number; readonly major: number; readonly minor: number };
  readonly nodes: readonly string[];
  /** In Azure; default `rg-NAME`. */
  readonly resourceGroup?: string | undefined;
  readonly aggregates: readonly { readonly name: string; readonly node: string; readonly sizeBytes: number }[];
  readonly svms: readonly { readonly name: string; readonly iscsi: boolean; readonly fcp: boolean }[];
  readonly lifs: readonly WorldLif[];
  /** Ports that no LIF uses yet (on CVO a network interface of the virtual machine, with the address Azure gave it); default one a node. */
  readonly nics?: readonly { readonly node: string; readonly port: string; readonly address: string }[];
  readonly volumes: readonly WorldVolume[];
  /** As `/cluster/licensing/licenses` names them; default what the platform comes with. */
  readonly licences?: readonly string[];
  /** Consistency groups that stand when the world starts. */
  readonly groups?: readonly { readonly name: string; readonly svm: string; readonly volumes: readonly string[] }[];
  readonly igroups: readonly WorldIgroup[];
  /** Cluster-scoped unless `svm` is given. */
  readonly logins: readonly {
    readonly user: string;
    readonly password: string;
    readonly svm?: string;
    readonly role: "admin" | "sluice" | "sluice-setup";
    /** How it may log in (`security login`); default both. */
    readonly methods?: readonly ("password" | "certificate")[];
  }[];
}

export interface WorldHost {
  readonly name: string;
  readonly kind: "azure-vm" | "bare-metal";
  readonly resourceGroup?: string;
  readonly iqn: string;
  readonly wwpns: readonly string[];
  /** File systems mounted when the world starts. */
  readonly mounts: readonly {
    readonly mountPoint: string;
    readonly volumeGroup: string;
    readonly logicalVolume: string;
  }[];
  /** InterSystems IRIS: the instance's name and the account it runs under. */
  readonly iris?: { readonly instance: string; readonly user: string };
  /** Pacemaker group this host runs, if any, and whether it is active here. */
  readonly pacemaker?: { readonly group: string; readonly active: boolean };
}

export interface WorldSlack {
  readonly team: { readonly id: string; readonly name: string; readonly domain: string };
  readonly bot: { readonly userId: string; readonly botId: string; readonly appId: string; readonly name: string };
  readonly channels: readonly { readonly id: string; readonly name: string }[];
  readonly users: readonly {
    readonly id: string;
    readonly name: string;
    readonly realName: string;
    readonly title: string;
    readonly tz: string;
    readonly guest?: boolean;
    /** Another workspace's id: a stranger in a shared channel. */
    readonly team?: string;
  }[];
  readonly groups: readonly { readonly id: string; readonly handle: string; readonly users: readonly string[] }[];
  /** What the page offers somebody who sees this world for the first time. */
  readonly hints: readonly string[];
}

export interface WorldBluexp {
  readonly account: string;
  readonly workspace: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
  /** Client id of a Connector that runs; null: none has been deployed. */
  readonly connector: string | null;
}

export interface World {
  readonly name: string;
  /** What its configuration file does not say: dotted paths, for a world that shares another's file (`apart-svm` has that of `apart`). */
  readonly overrides?: Readonly<Record<string, unknown>>;
  readonly clusters: readonly WorldCluster[];
  /** Are the clusters (and the SVMs) peered when the world starts? */
  readonly peered: boolean;
  readonly mirrors: readonly WorldMirror[];
  /** Cron minutes of the schedule every cluster has. */
  readonly schedules: readonly {
    readonly name: string;
    readonly minutes?: readonly number[];
    readonly hours?: readonly number[];
  }[];
  readonly policies: readonly {
    readonly name: string;
    readonly retention: readonly { readonly label: string; readonly count: number }[];
  }[];
  readonly azure: {
    readonly subscription: string;
    readonly tenant: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly location: string;
    /** Marketplace terms accepted when the world starts: `publisher/offer/plan`; default the Connector's and Cloud Volumes ONTAP's. */
    readonly terms?: readonly string[];
  };
  /** Clusters that the configuration knows and nobody has deployed yet. */
  readonly later?: readonly string[];
  /** Default: an account with a Connector that runs, and the world's CVOs as its working environments. */
  readonly bluexp?: Partial<WorldBluexp>;
  readonly hosts: readonly WorldHost[];
  readonly slack: WorldSlack;
}
