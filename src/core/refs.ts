import type { Json } from "./json.js";

/**
 * A place where a step's input will get a value that is known only when an earlier step has ended:
 * `{ $from: "3-createClone", $path: "uuid" }`. `$from: "run"` is the run itself (`tag`, `id`), `$path: "$at"` the time the step ended.
 */
export interface Ref<T = unknown> {
  readonly $from: string;
  readonly $path: string;
  /** Never there: carries the type only. */
  readonly $type?: T;
}

/** A secret by name, opened only inside the calls of ontap, azure and ssh. */
export interface SecretRef {
  readonly $secret: string;
}

/** The output of a planned step, as Refs all the way down: `clone.uuid` is a `Ref<string>`. */
export type Refs<T> = Ref<T> & { readonly $at: Ref<string> } & (T extends readonly (infer E)[]
    ? { readonly [i: number]: Refs<E> }
    : T extends object
      ? { readonly [K in keyof T]-?: Refs<T[K]> }
      : unknown);

/** A step's input as the plan holds it: a Ref may stand wherever a value may. */
export type Shown<T> =
  | Ref<T>
  | (T extends readonly (infer E)[]
      ? readonly Shown<E>[]
      : T extends object
        ? { readonly [K in keyof T]: Shown<T[K]> }
        : T);

/** A step's whole input as the plan holds it: its members may be Refs, it itself is not. */
export type ShownInput<T> = { readonly [K in keyof T]: Shown<T[K]> };

export function isRef(value: unknown): value is Ref {
  return typeof value === "object" && value !== null && "$from" in value && "$path" in value;
}

/** Refs into one step's output, made on demand. */
export function refsTo<T>(from: string, path = ""): Refs<T> {
  const target = { $from: from, $path: path };
  return new Proxy(target, {
    get: (it, key) => {
      if (key === "$from" || key === "$path") return it[key];
      if (typeof key === "symbol" || key === "toJSON" || key === "then") return undefined;
      return refsTo(from, path === "" ? key : `${path}.${key}`);
    },
  }) as unknown as Refs<T>;
}

/** Where Refs get their values from when a step is about to run. */
export interface Known {
  readonly run: { readonly id: string; readonly tag: string };
  /** Outputs of ended steps by step id. */
  readonly outputs: ReadonlyMap<string, { readonly output: Json; readonly at: string }>;
}

/** The input with every Ref replaced. Throws when a Ref names a step that has not ended or a member that is not there: a bug in a runbook. */
export function resolveRefs(value: unknown, known: Known): Json {
  if (isRef(value)) return follow(value, known);
  if (Array.isArray(value)) return value.map((each) => resolveRefs(each, known));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolveRefs(each, known)]));
  }
  return value as Json;
}

function follow(ref: Ref, known: Known): Json {
  if (ref.$from === "run") return pick(known.run, ref);
  const step = known.outputs.get(ref.$from);
  if (!step) throw new Error(`the plan needs ${ref.$path} of step ${ref.$from}, which has not ended`);
  return ref.$path === "$at" ? step.at : pick(step.output, ref);
}

function pick(root: unknown, ref: Ref): Json {
  let at: unknown = root;
  for (const key of ref.$path === "" ? [] : ref.$path.split(".")) {
    at = typeof at === "object" && at !== null ? (at as Record<string, unknown>)[key] : undefined;
    if (at === undefined) throw new Error(`step ${ref.$from} gave no ${ref.$path}`);
  }
  return at as Json;
}
