import { BluexpError, type BluexpKnobs } from "./types.js";

export interface Task {
  readonly id: string;
  readonly actionName: string;
  readonly startedAt: number;
  readonly endsAt: number;
  readonly error: string | undefined;
}

/** What `GET /occm/api/audit/activeTask/{id}` knows: 0 runs, 1 is done, -1 has failed. */
export class Tasks {
  private readonly all = new Map<string, Task>();
  private count = 0;

  constructor(
    private readonly knobs: BluexpKnobs,
    private readonly now: () => number,
  ) {}

  reset(): void {
    this.all.clear();
    this.count = 0;
  }

  begin(actionName: string, takesMs: number, { error }: { readonly error?: string | undefined }): Task {
    this.count += 1;
    const id = `req-${String(this.count).padStart(6, "0")}-0000-4000-8000-0000000b1ue9`;
    const task = { id, actionName, startedAt: this.now(), endsAt: this.now() + takesMs, error };
    this.all.set(id, task);
    return task;
  }

  show(id: string): object {
    const task = this.all.get(id);
    if (!task || this.now() > task.endsAt + this.knobs.forgetsAfterMs)
      throw new BluexpError(404, `Active task ${id} was not found.`);
    const over = this.now() >= task.endsAt;
    return {
      id,
      actionName: task.actionName,
      status: !over ? 0 : task.error === undefined ? 1 : -1,
      error: over ? (task.error ?? null) : null,
      closeTime: over ? task.endsAt : null,
    };
  }
}
