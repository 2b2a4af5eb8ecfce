import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { readEnv } from "../../src/config/env.js";

const folder = import.meta.dirname;

/** What one run of a module said. */
export interface Said {
  readonly changed?: boolean;
  readonly failed?: boolean;
  readonly msg?: unknown;
  readonly warnings?: readonly string[];
  readonly ontap_info?: Readonly<
    Record<string, { readonly num_records?: number; readonly records?: readonly object[] }>
  >;
}

/** A task on a host: what each of its runs said, one unless the task loops. */
export interface Done {
  readonly task: string;
  readonly host: string;
  readonly runs: readonly Said[];
}

/** A task as the playbook has it. */
export interface Asked {
  readonly task: string;
  readonly host: string;
  /** Asked for two times: the second time there is nothing left to do. */
  readonly twice: boolean;
}

interface TaskInFile {
  readonly name?: string;
  readonly import_tasks?: string;
  readonly loop?: unknown;
}

interface Play {
  readonly hosts: string;
  readonly tasks: readonly TaskInFile[];
}

/** Every task of `site.yml` and the files it brings in, once per host it is for. */
export async function tasksOf(hosts: readonly string[]): Promise<Asked[]> {
  const read = async (file: string): Promise<unknown> =>
    parse(await readFile(join(folder, file), "utf8"), { merge: true }) as unknown;
  const asked: Asked[] = [];
  for (const play of (await read("site.yml")) as readonly Play[]) {
    for (const { import_tasks: file } of play.tasks) {
      for (const task of (await read(file ?? "")) as readonly TaskInFile[]) {
        for (const host of play.hosts === "all" ? hosts : [play.hosts])
          asked.push({ task: task.name ?? "", host, twice: task.loop === "{{ twice }}" });
      }
    }
  }
  return asked;
}

interface Report {
  readonly plays: readonly {
    readonly tasks: readonly {
      readonly task: { readonly name: string };
      readonly hosts: Readonly<Record<string, Said & { readonly results?: readonly Said[] }>>;
    }[];
  }[];
}

/**
 * Runs `site.yml` with the machine's own `ansible-playbook`. `hosts` are the variables of each host. TLS is verified against `caPem`;
 * nothing is left behind.
 * @throws what Ansible said, when it gave no report at all
 */
export async function play(hosts: Readonly<Record<string, object>>, caPem: string): Promise<readonly Done[]> {
  const home = await mkdtemp(join(tmpdir(), "sluice-ansible-"));
  try {
    const ca = join(home, "ca.pem");
    const inventory = join(home, "inventory.yml");
    await writeFile(ca, caPem);
    // Instead of the machine's own settings.
    await writeFile(join(home, "ansible.cfg"), "");
    const vars = { ansible_connection: "local", ansible_python_interpreter: "/usr/bin/python3", ca, twice: [1, 2] };
    await writeFile(inventory, stringify({ all: { vars, hosts } }, { aliasDuplicateObjects: false }));
    const child = spawn("ansible-playbook", ["-i", inventory, join(folder, "site.yml")], {
      env: environment(home, ca),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    await once(child, "close");
    const from = stdout.indexOf("{");
    if (from < 0) throw new Error(`ansible-playbook gave no report:\n${stdout}\n${stderr}`);
    return doneIn(JSON.parse(stdout.slice(from)) as Report);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

function environment(home: string, ca: string): Record<string, string> {
  return {
    PATH: readEnv()["PATH"] ?? "",
    HOME: home,
    LC_ALL: "C.UTF-8",
    REQUESTS_CA_BUNDLE: ca,
    ANSIBLE_HOME: home,
    ANSIBLE_LOCAL_TEMP: join(home, "local"),
    ANSIBLE_REMOTE_TEMP: join(home, "remote"),
    ANSIBLE_CONFIG: join(home, "ansible.cfg"),
    ANSIBLE_STDOUT_CALLBACK: "json",
    ANSIBLE_PIPELINING: "true",
    // A task that changes what it took over from another by `<<` is how these files are meant.
    ANSIBLE_DUPLICATE_YAML_DICT_KEY: "ignore",
    ANSIBLE_NOCOLOR: "1",
  };
}

function doneIn(report: Report): Done[] {
  return report.plays
    .flatMap((each) => each.tasks)
    .flatMap(({ task, hosts }) =>
      Object.entries(hosts).map(([host, said]) => ({ task: task.name, host, runs: said.results ?? [said] })),
    );
}
