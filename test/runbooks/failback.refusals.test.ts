import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { recallFailover } from "../../src/core/failover-note.js";
import { plainText } from "../../src/core/said.js";
import { withProfile } from "../../sim/ontap/index.js";
import { epic } from "../../sim/worlds/epic.js";
import { asking } from "../support/asking.js";
import type { TestEngine } from "../support/engine.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

let world: TestWorld;
let engine: TestEngine;

const { say, done } = asking(() => ({ world, engine }));
const remembered = () => recallFailover({ recall: (name) => engine.store.note(name) }, "prod");

describe("the switch home is refused", () => {
  beforeAll(async () => {
    world = await startTestWorld();
  });
  beforeEach(() => {
    world.reset();
    engine = world.engine();
  });
  afterAll(() => world.close());

  test("while a production host still has the old file system active; when it has let go, it goes through", async () => {
    world.hosts.fault("epic-prd-01", { kind: "unreachable" });
    await done("fail over prod unplanned");
    await done("fence prod");
    world.hosts.clearFaults("epic-prd-01");
    const copy = world.fabric.write("cvo-eastus2", "svm_epic_dr", "epic_prd_dr");
    const child = await say("fail back prod");
    expect(child.asked.parent).toBeDefined();
    expect(child.outcome).toBe("refused");
    expect(plainText(child.problem!)).toBe(
      "epic-prd-01 still has /epic/prd mounted, from before the failover: with its LUNs back it would write old blocks over the new ones. " +
        "Unmount and deactivate it there, or restart the host. Nothing was changed.",
    );
    expect(await remembered()).toBeDefined();
    expect(world.hosts.state().hosts["epic-dr-01"]?.mounts).toEqual([
      expect.objectContaining({ mountPoint: "/epic/prd", content: copy }),
    ]);
    await world.hosts.reboot("epic-prd-01");
    await done("fail back prod");
    expect(world.fabric.contentOf("ali-ontap-01", "svm_epic", "epic_prd")).toBe(copy);
  });
});

describe("the way back is refused", () => {
  afterEach(() => world.close());

  async function failedOver(release: string): Promise<void> {
    const seeing = withProfile(epic, { cluster: "ali-ontap-01", scope: "cluster" });
    world = await startTestWorld({}, withProfile(seeing, { cluster: "ali-ontap-01", release }));
    engine = world.engine();
    world.fabric.fault("ali-ontap-01", { condition: "unreachable" });
    await done("fail over prod");
    world.fabric.clearFaults();
    await done("fence prod");
  }

  test("where the array's release may not follow the copy's, naming both and what each goes with", async () => {
    await failedOver("9.10.1");
    const before = world.snapshot();
    const view = await say("fail back prod");
    expect(view.outcome).toBe("refused");
    expect(plainText(view.problem!)).toBe(
      "ali-ontap-01 cannot be the mirror of cvo-eastus2, and prod goes home by such a mirror. " +
        "ONTAP 9.10.1 on ali-ontap-01 and 9.16.1 on cvo-eastus2 do not mirror with each other: " +
        "9.10.1 goes with 9.8 to 9.16.0, and 9.16.1 with 9.11.1 to 9.19.1. " +
        "Bring one of them to a release that goes with the other; prod runs on on epic-dr-01. Nothing was changed.",
    );
    expect(world.snapshot()).toEqual(before);
  });

  test("and not where it may: the oldest release that goes with the copy's", async () => {
    await failedOver("9.11.1");
    expect((await say("fail back prod")).outcome).toBe("succeeded");
  });
});
