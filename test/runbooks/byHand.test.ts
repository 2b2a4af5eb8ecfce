import { describe, expect, test } from "@jest/globals";
import { dropIgroupText, igroupText } from "../../src/runbooks/byHand/luns.js";
import { deleteSetText, takeSetText } from "../../src/runbooks/byHand/snapshots.js";
import {
  deleteCloneText,
  deleteCopyText,
  deleteText,
  groupText,
  snapshotPolicyText,
} from "../../src/runbooks/byHand/volumes.js";

/** Commands as NetApp's ONTAP command reference has them (docs.netapp.com/us-en/ontap-cli, 9.14.1 and later). What the REST calls do, the laws by hand show. */
describe("what a person types", () => {
  const at = { svm: "svm1", volume: "v1" };
  const group = { uuid: "g-1", name: "cg1" };

  test("a volume is offline before it is deleted; -force is there for an advanced administrator only", () => {
    const forGood = [
      "set -privilege advanced",
      "volume offline -vserver svm1 -volume v1",
      "volume delete -vserver svm1 -volume v1 -force true",
      "set -privilege admin",
    ];
    expect(deleteText([at]).cli.split("\n")).toEqual(forGood);
    expect(deleteCloneText(at, "u-1").cli.split("\n")).toEqual(forGood);
  });
  test("a copy goes into the recovery queue", () => {
    const { cli, rest, back, note } = deleteCopyText(at, "u-1");
    expect(cli).toBe("volume offline -vserver svm1 -volume v1\nvolume delete -vserver svm1 -volume v1");
    expect(rest).toBe("DELETE /api/storage/volumes/u-1");
    expect(back).toBeUndefined();
    expect(note).toContain("recovery queue");
  });
  test("a snapshot policy, and the one it had", () => {
    const { cli, back } = snapshotPolicyText(at, "u-1", "dr local", "none");
    expect(cli).toBe('volume modify -vserver svm1 -volume v1 -snapshot-policy "dr local"');
    expect(back?.cli).toBe("volume modify -vserver svm1 -volume v1 -snapshot-policy none");
  });
  test("an igroup there and back", () => {
    const iqn = "iqn.1994-05.com.redhat:h1";
    const made = igroupText("svm1", "ig_h1", "iscsi", [iqn]);
    const dropped = dropIgroupText("svm1", "ig_h1", "u-1", [iqn]);
    expect(made.cli).toBe(
      `lun igroup create -vserver svm1 -igroup ig_h1 -protocol iscsi -ostype linux -initiator ${iqn}`,
    );
    expect(dropped.cli).toBe("lun igroup delete -vserver svm1 -igroup ig_h1");
    expect([dropped.back?.cli, made.back?.cli]).toEqual([made.cli, dropped.cli]);
  });
  test("a consistency group without a parent has to say so where it is deleted, and is known to the CLI from 9.14.1 on", () => {
    const wanted = { snapshot: "s1", label: "daily", comment: "c" };
    const made = groupText("svm1", "cg1", ["v1", "v2"]);
    const taken = takeSetText("svm1", [{ name: "v1", uuid: "u-1" }], group, wanted);
    const gone = deleteSetText("svm1", "s1", [], { ...group, snapshotUuid: "s-1" });
    expect(made.cli).toBe("vserver consistency-group create -vserver svm1 -consistency-group cg1 -volumes v1,v2");
    expect(made.back?.cli).toBe(
      "vserver consistency-group delete -vserver svm1 -consistency-group cg1 -parent-consistency-group -",
    );
    expect(taken.cli).toBe(
      "vserver consistency-group snapshot create -vserver svm1 -consistency-group cg1 -snapshot s1 -consistency-type crash -snapmirror-label daily -comment c",
    );
    const deletion =
      "vserver consistency-group snapshot delete -vserver svm1 -consistency-group cg1 -parent-consistency-group - -snapshot s1";
    expect([gone.cli, taken.back?.cli]).toEqual([deletion, deletion]);
    for (const { note } of [made, taken, gone]) expect(note).toContain("from ONTAP 9.14.1 on");
  });
});
