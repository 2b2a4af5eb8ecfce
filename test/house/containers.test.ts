import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { DockerfileParser, type Instruction } from "dockerfile-ast";
import { parse } from "yaml";
import { secretRefs } from "../../src/config/secrets.js";
import { projectFiles, sourceFiles } from "../support/sources.js";

const dockerfile = DockerfileParser.parse(readFileSync("Dockerfile", "utf8"));
const compose = parse(readFileSync("docker-compose.yml", "utf8"), { merge: true }) as {
  services: Record<
    string,
    {
      command?: string[];
      image?: string;
      volumes?: string[];
      env_file?: string;
      depends_on?: Record<string, { condition: string }>;
      ports?: unknown;
    }
  >;
  volumes: Record<string, unknown>;
};
const scripts = (JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> }).scripts;
const instructions = dockerfile.getInstructions();
const of = (keyword: string): Instruction[] => instructions.filter((each) => each.getKeyword() === keyword);
const argumentsOf = (each: Instruction | undefined): string[] =>
  (each?.getArguments() ?? []).map((argument) => argument.getValue());
const exec = (each: Instruction | undefined): string[] => JSON.parse(each?.getArgumentsContent() ?? "[]") as string[];

/** `node bin/sluice.js COMMAND …` names a file and a command that are there. */
function expectSluice([node, bin, command]: readonly string[]): void {
  expect(node).toBe("node");
  expect(existsSync(bin ?? "")).toBe(true);
  const words = sourceFiles("src/cli").map((file) => readFileSync(file, "utf8"));
  expect(words.some((text) => new RegExp(`["'\`]${command}\\b`).test(text))).toBe(true);
}

describe("Dockerfile", () => {
  test("is made of instructions Docker knows, and the last stage is run by nobody special", () => {
    const known = ["FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "EXPOSE", "HEALTHCHECK", "CMD"];
    expect(instructions.map((each) => each.getKeyword()).filter((keyword) => !known.includes(keyword))).toEqual([]);
    const last = instructions.map((each) => each.getKeyword()).lastIndexOf("FROM");
    const users = instructions.slice(last).filter((each) => each.getKeyword() === "USER");
    expect(users.map(argumentsOf)).toEqual([["node"]]);
    expect(dockerfile.getFROMs().map((from) => from.getImage())).toEqual(["node:24-slim", "node:24-slim"]);
  });

  test("copies only what is there or was built", () => {
    const stages = dockerfile.getFROMs().map((from) => from.getBuildStage());
    const built = ["node_modules", "dist"];
    for (const copy of dockerfile.getCOPYs()) {
      const from = copy.getFromFlag()?.getValue();
      if (from !== undefined) expect(stages).toContain(from);
      const sources = argumentsOf(copy)
        .slice(0, -1)
        .map((path) => path.replace(/^\/sluice\//, ""));
      for (const source of sources)
        expect([source, existsSync(source) || built.includes(source)]).toEqual([source, true]);
    }
  });

  test("runs scripts and commands that exist", () => {
    const runs = of("RUN").flatMap((run) => run.getArgumentsContent()?.match(/npm run ([\w-]+)/g) ?? []);
    expect(runs).toEqual(["npm run build"]);
    for (const run of runs) expect(scripts).toHaveProperty(run.slice("npm run ".length));
    expectSluice(exec(of("CMD")[0]));
  });

  test("leaves secrets and the repository's past outside", () => {
    const ignored = readFileSync(".dockerignore", "utf8").split("\n");
    expect(ignored).toEqual(expect.arrayContaining([".git", ".env", "node_modules", "dist"]));
    expect(projectFiles()).not.toContain(".env");
  });
});

describe("docker-compose.yml", () => {
  test("Redis writes every write to disk on a volume, evicts nothing, and is reached by nobody else", () => {
    const redis = compose.services["redis"];
    const command = redis?.command ?? [];
    const after = (option: string) => command[command.indexOf(option) + 1];
    expect([after("--appendonly"), after("--appendfsync"), after("--maxmemory-policy")]).toEqual([
      "yes",
      "always",
      "noeviction",
    ]);
    const [volume, mount] = redis?.volumes?.[0]?.split(":") ?? [];
    expect(compose.volumes).toHaveProperty(volume ?? "?");
    expect(mount).toBe("/data");
    expect(redis?.ports).toBeUndefined();
  });

  test.each(["bot", "worker"])(
    "%s is a command of ours, has its secrets from the environment and waits for Redis",
    (name) => {
      const each = compose.services[name];
      expectSluice(each?.command ?? []);
      expect(each?.command?.[2]).toBe(name);
      expect(each?.env_file).toBe(".env");
      expect(each?.depends_on).toEqual({ redis: { condition: "service_healthy" } });
    },
  );

  test("the example environment names every secret the example configuration asks the environment for", () => {
    const names = readFileSync(".env.example", "utf8").match(/^[A-Z_]+(?==$)/gm) ?? [];
    const asked = secretRefs(parse(readFileSync("config/sluice.example.yaml", "utf8"))).flatMap(({ ref }) =>
      "env" in ref ? [ref.env] : [],
    );
    expect([...names].sort()).toEqual([...new Set(asked)].sort());
  });
});
