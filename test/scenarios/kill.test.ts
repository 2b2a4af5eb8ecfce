import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { useCompiled } from "../support/compiled.js";
import { start, type Program } from "../support/program.js";
import { useRedis } from "../support/redis.js";
import { openScene, until, type Scene } from "./app.js";
import { configText } from "./configFile.js";

const redis = useRedis();
const compiled = useCompiled("test/scenarios/worker.ts");

describe("a worker killed between two steps of a clone", () => {
  let scene: Scene;
  let folder: string;
  let workers: Program[] = [];

  const startWorker = async (): Promise<void> => {
    const config = join(folder, "sluice.yaml");
    const worker = start(compiled.file("test/scenarios/worker.ts"), [config], {
      REDIS_URL: redis.url,
      ...scene.world.secrets,
    });
    workers.push(worker);
    await worker.line(/^ready$/m);
  };

  beforeAll(async () => {
    scene = await openScene(redis, { worker: false });
    folder = await mkdtemp(join(tmpdir(), "sluice-kill-"));
    await writeFile(join(folder, "sluice.yaml"), await configText(scene));
    await startWorker();
  });
  afterAll(async () => {
    for (const worker of workers) worker.kill("SIGTERM");
    const codes = await Promise.all(workers.map((worker) => worker.ended.then(({ code }) => code)));
    await scene.close();
    await rm(folder, { recursive: true, force: true });
    expect(codes).toEqual(workers.map(() => 0));
  });

  test.each([1, 2, 3, 4])("after step %i: another worker goes on, and there is one clone", async (border) => {
    await startWorker();
    expect(workers).toHaveLength(2);
    const { prefix } = scene.config.redis;
    const side = redis.connect();
    await side.set(`${prefix}:border`, String(border));
    const name = `killed${border}`;
    const asked = await scene.say(`clone prod for training as ${name}`);

    const frozen = await until(
      () => workers.find((worker) => worker.stdout().includes(`at border ${border} of `)),
      `a worker at border ${border}`,
      () => workers.map((worker) => worker.stdout() + worker.stderr()).join("\n"),
    );
    const [, run = ""] = frozen.stdout().match(new RegExp(`at border ${border} of (\\w+)`)) ?? [];
    const token = await side.get(`${prefix}:lease:${run}`);
    expect(frozen.stdout()).toContain(`holds ${token ?? "nobody's lease"}`);
    frozen.kill("SIGKILL");
    expect((await frozen.ended).code).toBeNull();
    workers = workers.filter((worker) => worker !== frozen);

    await scene.card(asked, /Done in/);
    const view = await scene.app.desk.view(run as Parameters<typeof scene.app.desk.view>[0]);
    expect(view?.outcome).toBe("succeeded");
    expect(view?.steps.map((step) => step.phase)).toEqual(view?.steps.map(() => "ended"));
    expect(view?.steps.length).toBe(5);
    const { records } = await scene.ontap("cvo-eastus2", `/storage/volumes?name=*${name}*`);
    expect(records.map((each) => each["name"])).toEqual([`epic_prd_${name}`]);
    const made = (await scene.calls("cvo-eastus2")).filter(
      (call) =>
        call.method === "POST" && /\/storage\/volumes\b/.test(call.path) && JSON.stringify(call.body).includes(name),
    );
    expect(made.filter((call) => call.status < 300)).toHaveLength(1);
    const maps = await scene.ontap("cvo-eastus2", `/protocols/san/lun-maps?lun.name=/vol/epic_prd_${name}/*`);
    expect(maps.records).toHaveLength(4);
    const mounts = (await scene.hosts())["epic-trn-01"]?.mounts.map((mount) => mount.mountPoint);
    expect(mounts?.filter((each) => each === `/epic/trn-${name}`)).toHaveLength(1);
  });
});
