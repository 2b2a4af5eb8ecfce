import type { World, WorldLun } from "./types.js";

const TiB = 2 ** 40;
const lun = (name: string, sizeBytes: number): WorldLun => ({ name, sizeBytes });
const prdLuns = ["data00", "data01", "data02", "data03"].map((name) => lun(name, 3 * TiB));
const clarityLuns = ["data00", "data01"].map((name) => lun(name, 4 * TiB));
const prdLayout = { volumeGroup: "vg_epicprd", logicalVolume: "lv_db", fileSystem: "xfs" } as const;
const clarityLayout = { volumeGroup: "vg_clarity", logicalVolume: "lv_db", fileSystem: "xfs" } as const;
const wwpns = (n: number): string[] => [`10:00:00:10:9b:5a:0${n}:01`, `10:00:00:10:9b:5a:0${n}:02`];

/** The default demo world: names are fixed, users and outside checks rely on them. */
export const epic: World = {
  name: "epic",
  peered: true,
  clusters: [
    {
      name: "ali-ontap-01",
      platform: "onprem",
      release: { generation: 9, major: 14, minor: 1 },
      nodes: ["ali-ontap-01a", "ali-ontap-01b"],
      aggregates: [
        { name: "aggr1_01a", node: "ali-ontap-01a", sizeBytes: 40 * TiB },
        { name: "aggr1_01b", node: "ali-ontap-01b", sizeBytes: 40 * TiB },
      ],
      svms: [{ name: "svm_epic", iscsi: true, fcp: true }],
      lifs: [
        { name: "cluster_mgmt", address: "10.7.0.5", node: "ali-ontap-01a", port: "e0M", kind: "management" },
        {
          name: "svm_epic_mgmt",
          address: "10.7.0.6",
          node: "ali-ontap-01a",
          port: "e0c",
          kind: "management",
          svm: "svm_epic",
        },
        { name: "ic_01a", address: "10.7.0.11", node: "ali-ontap-01a", port: "e0e", kind: "intercluster" },
        { name: "ic_01b", address: "10.7.0.12", node: "ali-ontap-01b", port: "e0e", kind: "intercluster" },
        { name: "iscsi_01a", address: "10.7.1.21", node: "ali-ontap-01a", port: "e0c", kind: "iscsi", svm: "svm_epic" },
        { name: "iscsi_01b", address: "10.7.1.22", node: "ali-ontap-01b", port: "e0c", kind: "iscsi", svm: "svm_epic" },
        {
          name: "fc_01a",
          address: "",
          node: "ali-ontap-01a",
          port: "1a",
          kind: "fc",
          svm: "svm_epic",
          wwpn: "20:01:00:a0:98:5a:01:0a",
        },
        {
          name: "fc_01b",
          address: "",
          node: "ali-ontap-01b",
          port: "1a",
          kind: "fc",
          svm: "svm_epic",
          wwpn: "20:01:00:a0:98:5a:01:0b",
        },
      ],
      volumes: [
        {
          name: "epic_prd",
          svm: "svm_epic",
          type: "rw",
          sizeBytes: 12 * TiB,
          aggregate: "aggr1_01a",
          encrypted: false,
          luns: prdLuns,
          layout: prdLayout,
        },
        {
          name: "clarity_prd",
          svm: "svm_epic",
          type: "rw",
          sizeBytes: 8 * TiB,
          aggregate: "aggr1_01b",
          encrypted: false,
          luns: clarityLuns,
          layout: clarityLayout,
        },
      ],
      igroups: [
        {
          name: "ig_epicprd",
          svm: "svm_epic",
          protocol: "fcp",
          initiators: [...wwpns(1), ...wwpns(2)],
          maps: [
            ...prdLuns.map((each, i) => ({ lun: `/vol/epic_prd/${each.name}`, number: i })),
            ...clarityLuns.map((each, i) => ({ lun: `/vol/clarity_prd/${each.name}`, number: 4 + i })),
          ],
        },
      ],
      logins: [
        { user: "admin", password: "netapp1!", role: "admin" },
        { user: "sluice", password: "sluice-array-1!", role: "sluice", svm: "svm_epic" },
      ],
    },
    {
      name: "cvo-eastus2",
      platform: "cvo-ha",
      release: { generation: 9, major: 16, minor: 1 },
      nodes: ["cvo-eastus2-01", "cvo-eastus2-02"],
      aggregates: [
        { name: "aggr1", node: "cvo-eastus2-01", sizeBytes: 48 * TiB },
        { name: "aggr2", node: "cvo-eastus2-02", sizeBytes: 48 * TiB },
      ],
      svms: [{ name: "svm_epic_dr", iscsi: true, fcp: false }],
      lifs: [
        { name: "cluster_mgmt", address: "10.8.0.5", node: "cvo-eastus2-01", port: "e0a", kind: "management" },
        { name: "ic_01", address: "10.8.0.21", node: "cvo-eastus2-01", port: "e0a", kind: "intercluster" },
        { name: "ic_02", address: "10.8.0.22", node: "cvo-eastus2-02", port: "e0a", kind: "intercluster" },
        {
          name: "iscsi_01",
          address: "10.8.1.21",
          node: "cvo-eastus2-01",
          port: "e0a",
          kind: "iscsi",
          svm: "svm_epic_dr",
        },
        {
          name: "iscsi_02",
          address: "10.8.1.22",
          node: "cvo-eastus2-02",
          port: "e0a",
          kind: "iscsi",
          svm: "svm_epic_dr",
        },
      ],
      volumes: [
        {
          name: "epic_prd_dr",
          svm: "svm_epic_dr",
          type: "dp",
          sizeBytes: 12 * TiB,
          aggregate: "aggr1",
          encrypted: true,
          luns: prdLuns,
          layout: prdLayout,
        },
        {
          name: "clarity_prd_dr",
          svm: "svm_epic_dr",
          type: "dp",
          sizeBytes: 8 * TiB,
          aggregate: "aggr2",
          encrypted: true,
          luns: clarityLuns,
          layout: clarityLayout,
        },
      ],
      igroups: [],
      logins: [
        { user: "admin", password: "netapp1!", role: "admin" },
        { user: "sluice", password: "sluice-cvo-1!", role: "sluice" },
      ],
    },
  ],
  mirrors: [
    {
      source: { cluster: "ali-ontap-01", svm: "svm_epic", volume: "epic_prd" },
      destination: { cluster: "cvo-eastus2", svm: "svm_epic_dr", volume: "epic_prd_dr" },
      policy: "epic_mirror",
      schedule: "epic_15min",
    },
    {
      source: { cluster: "ali-ontap-01", svm: "svm_epic", volume: "clarity_prd" },
      destination: { cluster: "cvo-eastus2", svm: "svm_epic_dr", volume: "clarity_prd_dr" },
      policy: "epic_mirror",
      schedule: "epic_15min",
    },
  ],
  schedules: [
    { name: "epic_15min", minutes: [0, 15, 30, 45] },
    { name: "epic_nightly", hours: [2], minutes: [0] },
  ],
  policies: [
    {
      name: "epic_mirror",
      retention: [
        { label: "daily", count: 30 },
        { label: "sluice-safety", count: 5 },
      ],
    },
  ],
  azure: {
    subscription: "6f1c2a34-0000-4000-8000-00000000e91c",
    tenant: "72f988bf-0000-4000-8000-00000000d7a1",
    clientId: "b1a2c3d4-0000-4000-8000-0000005117ce",
    clientSecret: "sluice-azure-secret-1!",
    location: "eastus2",
  },
  hosts: [
    {
      name: "epic-trn-01",
      kind: "azure-vm",
      resourceGroup: "rg-epic-dr",
      iqn: "iqn.1994-05.com.redhat:epic-trn-01",
      wwpns: [],
      mounts: [],
    },
    {
      name: "epic-tst-01",
      kind: "azure-vm",
      resourceGroup: "rg-epic-dr",
      iqn: "iqn.1994-05.com.redhat:epic-tst-01",
      wwpns: [],
      mounts: [],
    },
    {
      name: "clarity-rpt-01",
      kind: "azure-vm",
      resourceGroup: "rg-epic-dr",
      iqn: "iqn.1994-05.com.redhat:clarity-rpt-01",
      wwpns: [],
      mounts: [],
    },
    {
      name: "epic-bkp-01",
      kind: "azure-vm",
      resourceGroup: "rg-epic-dr",
      iqn: "iqn.1994-05.com.redhat:epic-bkp-01",
      wwpns: [],
      mounts: [],
    },
    {
      name: "epic-dr-01",
      kind: "azure-vm",
      resourceGroup: "rg-epic-dr",
      iqn: "iqn.1994-05.com.redhat:epic-dr-01",
      wwpns: [],
      mounts: [],
    },
    {
      name: "epic-prd-01",
      kind: "bare-metal",
      iqn: "iqn.1994-05.com.redhat:epic-prd-01",
      wwpns: wwpns(1),
      mounts: [
        { mountPoint: "/epic/prd", volumeGroup: "vg_epicprd", logicalVolume: "lv_db" },
        { mountPoint: "/clarity", volumeGroup: "vg_clarity", logicalVolume: "lv_db" },
      ],
      iris: { instance: "EPICPRD", user: "irisusr" },
      pacemaker: { group: "grp_epicprd", active: true },
    },
    {
      name: "epic-prd-02",
      kind: "bare-metal",
      iqn: "iqn.1994-05.com.redhat:epic-prd-02",
      wwpns: wwpns(2),
      mounts: [],
      iris: { instance: "EPICPRD", user: "irisusr" },
      pacemaker: { group: "grp_epicprd", active: false },
    },
  ],
  slack: {
    team: { id: "T0RIVERSIDE", name: "Riverside Health", domain: "riverside-health" },
    bot: { userId: "U0SLUICE", botId: "B0SLUICE", appId: "A0SLUICE", name: "sluice" },
    channels: [
      { id: "C0STORAGE", name: "storage" },
      { id: "C0HEALTH", name: "storage-health" },
      { id: "C0GENERAL", name: "general" },
    ],
    users: [
      {
        id: "U0REQUESTER",
        name: "tara",
        realName: "Tara Quinn",
        title: "Training coordinator",
        tz: "America/New_York",
      },
      { id: "U0STORAGE", name: "sam", realName: "Sam Okafor", title: "Storage engineer", tz: "America/New_York" },
      { id: "U0STORAGE2", name: "ines", realName: "Ines Duarte", title: "Storage engineer", tz: "America/Chicago" },
      {
        id: "U0APPOWNER",
        name: "priya",
        realName: "Priya Raman",
        title: "Epic application owner",
        tz: "America/New_York",
      },
      { id: "U0GUEST", name: "gil", realName: "Gil Moreau", title: "Contractor", tz: "America/New_York", guest: true },
      {
        id: "U0STRANGER",
        name: "sven",
        realName: "Sven Lund",
        title: "Vendor",
        tz: "Europe/Stockholm",
        team: "T0VENDOR",
      },
    ],
    groups: [
      { id: "S0STORAGE", handle: "storage-approvers", users: ["U0STORAGE", "U0STORAGE2"] },
      { id: "S0EPIC", handle: "epic-owners", users: ["U0APPOWNER"] },
    ],
    hints: ["clone prod volume for training", "restore prod from CVO", "/sluice health"],
  },
};
