import { describe, expect, test } from "@jest/globals";
import { demand, explainPolicy, isOwnClone, type Ask, type JudgedStep } from "../../src/approvals/index.js";
import { loadConfig } from "../../src/config/load.js";
import type { Effect } from "../../src/core/plan.js";
import type { Environment } from "../../src/core/resource.js";

/** The demo world's policy, case by case, against the data in config/epic.yaml. */
const { policy } = await loadConfig({ file: "config/epic.yaml", env: {} });
const asker = { team: "T0RIVERSIDE", user: "U0REQUESTER" };
const other = { team: "T0RIVERSIDE", user: "U0STORAGE" };

type Changed = readonly [kind: string, environment: Environment, labels?: Record<string, string>];
function step(uses: string, effect: Effect, ...changed: readonly Changed[]): JudgedStep {
  return {
    id: `1-${uses}`,
    uses,
    effect,
    on: changed.map(([kind, environment, labels = {}]) => ({
      as: "changes",
      resource: { kind, id: `${kind}/${environment}`, name: kind, environment, labels },
    })),
  };
}
const ask = (runbook: string, steps: readonly JudgedStep[], more: Partial<Ask> = {}): Ask => ({
  runbook,
  steps,
  asker,
  ...more,
});
const groups = (of: Ask): string => {
  const asked = demand(policy, of);
  if (asked.denied !== undefined) return "denied";
  return asked.nobody ? "nobody" : asked.places.map(({ label, count }) => `${count} ${label}`).join(" + ");
};

const cleared = ["host", "infrastructure", { clearedForPatientData: "true" }] as const;
const uncleared = ["host", "infrastructure", { clearedForPatientData: "false" }] as const;
const cloneSteps = (host: Changed): JudgedStep[] => [
  step("cloneVolume", "change", ["volume", "clone"]),
  step("mapLun", "change", ["igroup", "infrastructure"]),
  step("attach", "change", host),
];
const freshData = [
  step("takeSnapshot", "change", ["volume", "production"]),
  step("updateMirror", "change", ["relationship", "dr"]),
];
const one = "1 storage-approvers";
const both = "1 storage-approvers + 1 epic-owners";

describe("the demo world's policy", () => {
  const table: [string, Ask, string][] = [
    ["looking", ask("status", [step("read", "read")]), "nobody"],
    [
      "a labelled snapshot of production",
      ask("snapshot", [step("takeSnapshot", "change", ["volume", "production"])]),
      "nobody",
    ],
    [
      "deleting a snapshot of production",
      ask("delete-snapshot", [step("deleteSnapshot", "destroy", ["snapshot", "production"])]),
      both,
    ],
    ["pause-mirror", ask("pause-mirror", [step("pauseMirror", "change", ["relationship", "dr"])]), "nobody"],
    ["resume-mirror", ask("resume-mirror", [step("resumeMirror", "change", ["relationship", "dr"])]), one],
    ["update-mirror", ask("update-mirror", [step("updateMirror", "change", ["relationship", "dr"])]), one],
    [
      "update-mirror that loses snapshots",
      ask("update-mirror", [step("updateMirror", "destroy", ["relationship", "dr"])]),
      one,
    ],
    ["a clone onto a cleared host", ask("clone", cloneSteps(cleared)), "nobody"],
    ["a clone onto a host that is not cleared", ask("clone", cloneSteps(uncleared)), one],
    [
      "a clone onto one cleared and one uncleared host",
      ask("clone", [...cloneSteps(cleared), step("attach", "change", uncleared)]),
      one,
    ],
    ["a clone with fresh data", ask("clone", [...freshData, ...cloneSteps(cleared)]), one],
    [
      "a clone that would change production",
      ask("clone", [step("tune", "change", ["volume", "production"]), ...cloneSteps(cleared)]),
      one,
    ],
    [
      "a clone that would destroy on production",
      ask("clone", [step("tune", "destroy", ["volume", "production"]), ...cloneSteps(cleared)]),
      both,
    ],
    [
      "releasing one's own clone",
      ask("release-clone", [step("deleteVolume", "destroy", ["volume", "clone"])], { owner: asker }),
      "nobody",
    ],
    [
      "releasing somebody's clone",
      ask("release-clone", [step("deleteVolume", "destroy", ["volume", "clone"])], { owner: other }),
      one,
    ],
    [
      "releasing a clone nobody is known to own",
      ask("release-clone", [step("deleteVolume", "destroy", ["volume", "clone"])]),
      one,
    ],
    [
      "refreshing one's own clone",
      ask("refresh-clone", [step("swap", "destroy", ["volume", "clone"])], { owner: asker }),
      "nobody",
    ],
    [
      "refreshing one's own clone with fresh data",
      ask("refresh-clone", [...freshData, step("swap", "destroy", ["volume", "clone"])], { owner: asker }),
      one,
    ],
    [
      "rewinding one's own clone",
      ask("rewind-clone", [step("swap", "destroy", ["volume", "clone"])], { owner: asker }),
      one,
    ],
    [
      "restoring production",
      ask("restore", [
        step("unmount", "change", ["host", "production"]),
        step("restoreVolume", "destroy", ["volume", "production"]),
      ]),
      both,
    ],
    ["work on a production host", ask("prepare-host", [step("install", "change", ["host", "production"])]), one],
    ["work on infrastructure", ask("prepare-host", [step("install", "change", cleared)]), one],
    ["a change that names nothing", ask("clone", [step("mystery", "change")]), "denied"],
    [
      "a read that changes production all the same",
      ask("status", [step("read", "read", ["volume", "production"])]),
      one,
    ],
  ];
  test.each(table)("%s", (_name, asked, expected) => expect(groups(asked)).toBe(expected));

  test("the label of the clone tells its owner when nobody else does", () => {
    const owned = (owner: string) =>
      ask("release-clone", [
        step("unmap", "change", ["lun", "clone"]),
        step("deleteVolume", "destroy", ["volume", "clone", { owner }]),
      ]);
    expect(groups(owned("T0RIVERSIDE/U0REQUESTER"))).toBe("nobody");
    expect(groups(owned("T0VENDOR/U0REQUESTER"))).toBe(one);
    const mixed = ask("release-clone", [
      ...owned("T0RIVERSIDE/U0REQUESTER").steps,
      step("deleteVolume", "destroy", ["volume", "clone", { owner: "T0RIVERSIDE/U0STORAGE" }]),
    ]);
    expect(groups(mixed)).toBe(one);
  });

  test("no rule, no", () => {
    const narrow = { ...policy, rules: policy.rules.filter((rule) => rule.when.effect?.includes("read")) };
    const asked = demand(
      narrow,
      ask("restore", [{ ...step("restoreVolume", "destroy", ["volume", "production"]), says: "overwrite epic_prd" }]),
    );
    expect(asked).toEqual({ places: [], nobody: false, denied: 'No rule of the policy allows "overwrite epic_prd".' });
  });

  test("a place names its steps and its reasons once, and the larger count wins", () => {
    const needs = { "storage-approvers": 2 };
    const stricter = {
      ...policy,
      rules: [{ why: "hosts are dear", when: { kind: ["host"] }, needs, ownerAlone: false }, ...policy.rules],
    };
    const steps = [
      step("a", "change", ["volume", "dr"]),
      step("b", "change", ["host", "infrastructure"]),
      step("c", "change", ["volume", "dr"]),
    ];
    expect(demand(stricter, ask("x", steps)).places).toEqual([
      {
        group: "S0STORAGE",
        label: "storage-approvers",
        count: 2,
        forSteps: ["1-a", "1-b", "1-c"],
        why: "every other change is looked at by storage; hosts are dear",
      },
    ]);
  });

  test("explained in sentences", () => {
    const restore = ask("restore", [
      step("unmount", "change", ["host", "production"]),
      step("restoreVolume", "destroy", ["volume", "production"]),
    ]);
    expect(explainPolicy(policy, restore)).toEqual([
      "1-unmount: one of storage-approvers, because every other change is looked at by storage.",
      "1-restoreVolume: one of storage-approvers and one of epic-owners, because what is destroyed on production is gone for the hospital.",
      "This plan asks for one of storage-approvers and one of epic-owners; never the requester, and one person fills one place only.",
      "Votes are taken for 60 minutes; a grant that is not begun within 15 minutes asks again.",
    ]);
  });
});

test("whose clone is it", () => {
  expect(isOwnClone(ask("clone", cloneSteps(cleared)))).toBe(true);
  expect(isOwnClone(ask("clone", [...freshData, ...cloneSteps(cleared)]))).toBe(false);
  expect(
    isOwnClone(ask("release-clone", [step("deleteVolume", "destroy", ["volume", "clone"])], { owner: other })),
  ).toBe(false);
  expect(
    isOwnClone(ask("release-clone", [step("deleteVolume", "destroy", ["volume", "clone"])], { owner: asker })),
  ).toBe(true);
  expect(isOwnClone(ask("status", [step("read", "read")]))).toBe(false);
});
