import { expect, test } from "@jest/globals";
import { instant } from "../../../sim/ontap/knobs.js";
import type { ClusterState, VolumeState } from "../../../sim/ontap/state.js";
import { type Direct, direct } from "./direct.js";
import { forbidden, type Known } from "./forbidden.js";
import { prelude } from "./steps.js";
import { ALI, CVO } from "./support.js";

/** The eyes of the property test: each state that must never be is put there by hand, and must be seen. */
const cvo = (on: Direct): ClusterState => on.state.cluster(CVO);
const volume = (on: Direct, name: string): VolumeState => cvo(on).volumes.find((each) => each.name === name)!;

const PLANTED: readonly (readonly [RegExp, (on: Direct) => void])[] = [
  [
    /epic_prd_dr@planted was created on a dp volume/,
    (on) => {
      const dp = volume(on, "epic_prd_dr");
      const at = on.state.now;
      const own = { uuid: "planted", versionUuid: "planted", provenanceVolumeUuid: dp.uuid };
      dp.snapshots.push({ ...own, name: "planted", createdAt: at, content: dp.content });
    },
  ],
  [
    /clone v1 has lost its parent/,
    (on) => {
      cvo(on).volumes = cvo(on).volumes.filter((each) => each.name !== "epic_prd_dr");
    },
  ],
  [
    /clone v1 has lost its snapshot/,
    (on) => {
      volume(on, "epic_prd_dr").snapshots = [];
    },
  ],
  [
    /map of a LUN that is gone/,
    (on) => {
      const v1 = volume(on, "v1");
      v1.content = { ...v1.content, luns: [] };
    },
  ],
  [
    /map to an igroup that is gone/,
    (on) => {
      cvo(on).igroups = [];
    },
  ],
  [
    /two relationships lead to volume/,
    (on) => {
      const [first] = cvo(on).relationships;
      cvo(on).relationships.push({ ...first!, uuid: "planted" });
    },
  ],
  [
    /its destination can be written to/,
    (on) => {
      volume(on, "epic_prd_dr").type = "rw";
    },
  ],
  [
    /exports a snapshot that is gone/,
    (on) => {
      const dp = volume(on, "clarity_prd_dr");
      dp.snapshots = dp.snapshots.filter((each) => !each.name.startsWith("snapmirror."));
    },
  ],
  [
    /two volumes are called svm_epic_dr:v1/,
    (on) => {
      cvo(on).volumes.push({ ...volume(on, "v1"), uuid: "planted", identities: new Map() });
    },
  ],
  [
    /is in two consistency groups/,
    (on) => {
      const group = { svm: on.state.cluster(ALI).svms[0]!, volumeUuids: ["v"], snapshots: [] };
      for (const name of ["a", "b"]) on.state.cluster(ALI).groups.push({ ...group, uuid: name, name } as never);
    },
  ],
];

test.each(PLANTED)("%s is seen", async (says, plant) => {
  const on = direct(instant);
  await prelude(on);
  const known: Known = new Map();
  expect(forbidden(on.state, known)).toEqual([]);
  plant(on);
  expect(forbidden(on.state, known).join("\n")).toMatch(says);
});
