import { ArmError } from "./types.js";

export interface Operation {
  readonly id: string;
  readonly vm: string;
  readonly startedAt: number;
  /** Infinite while nobody knows. */
  endsAt: number;
  error?: { readonly code: string; readonly message: string };
  /** What a GET of `Location` gives when it is over. */
  result?: unknown;
}

/** Asynchronous operations of the compute provider, by id. Their state follows from the clock. */
export class Operations {
  private readonly all = new Map<string, Operation>();
  private next = 1;

  create(vm: string, startedAt: number, endsAt: number): Operation {
    const id = `0${String(this.next++).padStart(7, "0")}-0000-4000-8000-0000000a51c0`;
    const operation: Operation = { id, vm, startedAt, endsAt };
    this.all.set(id, operation);
    return operation;
  }

  get(id: string): Operation {
    const found = this.all.get(id);
    if (!found) throw new ArmError(404, "ResourceNotFound", `The operation '${id}' was not found.`);
    return found;
  }

  reset(): void {
    this.all.clear();
  }
}

export const iso = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "+00:00");

/** Body of an Azure-AsyncOperation status. */
export function statusBody(operation: Operation, now: number): object {
  const base = { startTime: iso(operation.startedAt), name: operation.id };
  if (now < operation.endsAt) return { ...base, status: "InProgress" };
  return {
    ...base,
    endTime: iso(operation.endsAt),
    ...(operation.error ? { status: "Failed", error: operation.error } : { status: "Succeeded" }),
  };
}
