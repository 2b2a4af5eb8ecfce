import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Knobs } from "../../../sim/ontap/knobs.js";
import { epic } from "../../../sim/worlds/epic.js";
import type { World } from "../../../sim/worlds/types.js";
import { direct } from "./direct.js";
import { forbidden, type Known } from "./forbidden.js";
import { prelude, steps } from "./steps.js";

/**
 * Random calls, most of them sensible, many refused. Whatever is answered, the arrays never reach a state that real ones cannot be in:
 * the whole state is looked at after every call.
 */
const release = { generation: 9, major: 16, minor: 1 };
/** Only with equal releases may a mirror be reversed in one call. */
const equals: World = { ...epic, clusters: epic.clusters.map((each) => ({ ...each, release })) };

const READINGS: readonly (readonly [string, World, Partial<Knobs>])[] = [
  ["newer snapshots stay after a restore", epic, { restoreNewerSnapshots: "keep", createOnRw: "uninitialized" }],
  [
    "the other reading of everything",
    equals,
    {
      restoreNewerSnapshots: "drop",
      createOnRw: "broken_off",
      updateWhilePaused: "allow",
      queuedCloneHolds: false,
      reverseKeepsUuid: true,
      mapsSurviveResync: false,
      modificationsCollide: false,
      mirrorSnapshotsKept: 2,
    },
  ],
];

test.each(READINGS)(
  "no sequence of calls reaches a forbidden state (%s)",
  async (_name, world, reading) => {
    const on = direct(
      {
        jobMs: { volume: [0, 400], mirror: [0, 900] },
        visibilityMs: [0, 500],
        queuedMs: 100,
        transferBytesPerSecond: 500 * 2 ** 20,
        recoveryQueueMs: 3_600_000,
        encryptMs: 2000,
        ...reading,
      },
      world,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 30, maxLength: 90, size: "max" }), async (sequence) => {
        on.state.reset();
        await prelude(on);
        const known: Known = new Map();
        for (const step of sequence) {
          await step(on);
          on.state.settle();
          expect(forbidden(on.state, known)).toEqual([]);
        }
      }),
      { numRuns: 40 },
    );
    expect(on.calls()).toBeGreaterThan(2000);
  },
  120_000,
);
